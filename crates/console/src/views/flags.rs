//! The page of the flags.

use askama::Template;
use chrono::{DateTime, Utc};

use super::layout::Layout;
use crate::db::flag::Row;
use crate::domain::flag::{Flag, Overrides, Source};
use crate::domain::permission::Permission;

/// One flag, with what only the page says of it.
pub struct FlagLine {
    flag: Flag,
    description: String,
    updated_at: DateTime<Utc>,
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
    /// The flag of a row, as it counts now.
    #[must_use]
    pub fn new(row: Row, overrides: &Overrides) -> Self {
        Self {
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
