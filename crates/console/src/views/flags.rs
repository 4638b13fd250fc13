//! The page of the flags.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use super::audit::actor_name;
use super::layout::Layout;
use super::paths;
use crate::db::flag::Row;
use crate::domain::audit::target;
use crate::domain::flag::{BETA_GHOST_RESET, Flag, Overrides, Source};
use crate::domain::permission::Permission;

/// One flag, with what only the page says of it.
pub struct FlagLine {
    flag: Flag,
    description: String,
    updated_at: DateTime<Utc>,
    /// In words; nobody has changed it yet where it is absent.
    updated_by: Option<String>,
}

/// All flags.
#[derive(Template)]
#[template(path = "flags.html")]
pub struct FlagsPage {
    layout: Layout,
    flags: Vec<FlagLine>,
    may_switch: bool,
    who_may: &'static str,
}

impl FlagLine {
    /// The flag of a row, as it counts now; `admins` gives operators' ids their addresses.
    #[must_use]
    pub fn new(row: Row, overrides: &Overrides, admins: &HashMap<String, String>) -> Self {
        Self {
            updated_by: row.updated_by.map(|actor| actor_name(&actor, admins)),
            flag: Flag::judge(row.name, row.enabled, overrides),
            description: row.description,
            updated_at: row.updated_at,
        }
    }

    fn is_overridden(&self) -> bool {
        self.flag.source == Source::Environment
    }

    fn variable(&self) -> String {
        format!("FLAG_{}", self.flag.name.to_ascii_uppercase())
    }

    /// What it means to switch it on, where that is worth a question.
    fn question(&self) -> Option<&'static str> {
        (!self.flag.enabled && self.flag.name == BETA_GHOST_RESET).then_some(
            "Superadmins can then reset ghosts: that deletes the unfinished account in Raptor, \
             revokes the earlier invitations and mails a new link. Accounts in use cannot be \
             reset. Switching it off again takes the action away at once, for everybody.",
        )
    }

    fn history(&self) -> String {
        let name = Some(self.flag.name.as_str());
        paths::with(paths::AUDIT, &[("target_type", Some(target::FLAG)), ("target_id", name)])
    }

    fn verb(&self) -> &'static str {
        if self.flag.enabled { "Switch off" } else { "Switch on" }
    }
}

impl FlagsPage {
    /// The page for whoever is signed in.
    #[must_use]
    pub fn new(layout: Layout, flags: Vec<FlagLine>) -> Self {
        let permission = Permission::FlagsWrite;
        Self { may_switch: layout.may(permission), who_may: permission.who_may(), layout, flags }
    }
}
