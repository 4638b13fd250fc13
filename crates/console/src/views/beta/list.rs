//! The list of testers.

use askama::Template;
use ghost_contracts::AccountState;

use super::badge::{self, Badge};
use crate::db::interrupted_reset::InterruptedTester;
use crate::db::tester::Filter;
use crate::domain::invitation::InvitationStatus;
use crate::domain::permission::Permission;
use crate::domain::roster::{Listed, Roster};
use crate::domain::tester::{SeenState, StateFilter};
use crate::http::paging::{self, Paging};
use crate::views::layout::Layout;

/// A page of the list.
#[derive(Template)]
#[template(path = "beta/list.html")]
pub struct ListPage {
    layout: Layout,
    search: String,
    state: Option<StateFilter>,
    is_first: bool,
    listed: Vec<Listed>,
    raptor_available: bool,
    interrupted: Vec<InterruptedTester>,
    next: Option<String>,
    may_invite: bool,
    who_may: &'static str,
}

impl ListPage {
    /// The page for whoever is signed in.
    #[must_use]
    pub fn new(layout: Layout, filter: Filter, paging: Paging, roster: Roster) -> Self {
        let permission = Permission::TestersInvite;
        let next = roster.next.map(|next| address(&filter, paging.limit, next));
        Self {
            may_invite: layout.may(permission),
            who_may: permission.who_may(),
            search: filter.search.unwrap_or_default(),
            state: filter.state,
            is_first: paging.before.is_none(),
            listed: roster.listed,
            raptor_available: roster.raptor_available,
            interrupted: roster.interrupted,
            next,
            layout,
        }
    }

    fn states(&self) -> [(StateFilter, &'static str); 5] {
        StateFilter::ALL.map(|filter| (filter, label(filter)))
    }

    fn is_chosen(&self, filter: &StateFilter) -> bool {
        self.state == Some(*filter)
    }

    fn is_narrowed(&self) -> bool {
        self.state.is_some() || !self.search.is_empty()
    }

    fn account(&self, listed: &Listed) -> Badge {
        badge::account(listed.invitation, listed.state)
    }

    fn invitation(&self, listed: &Listed) -> Badge {
        badge::invitation(listed.invitation)
    }

    /// What was last seen, where nothing newer is known.
    fn seen(&self, listed: &Listed) -> Option<(Badge, SeenState)> {
        let seen = listed.tester.seen.filter(|_| listed.state.is_none())?;
        Some((badge::account(listed.invitation, Some(seen.state)), seen))
    }

    /// What helps this tester now.
    fn next_action(&self, listed: &Listed) -> &'static str {
        match listed.state {
            None => "Look again later",
            Some(AccountState::Healthy) => "Nothing to do",
            Some(AccountState::MidEnrollment) => "Wait a few minutes",
            Some(_) if listed.is_ghost() && self.layout.ghost_reset => "Reset",
            Some(_) if listed.invitation == InvitationStatus::Sent => "Wait for them",
            Some(AccountState::GhostNoUsersRow)
                if listed.invitation != InvitationStatus::Consumed =>
            {
                "Send a new link"
            }
            Some(_) => "Look into it",
        }
    }
}

/// The following page, narrowed as this one.
fn address(filter: &Filter, limit: i64, next: i64) -> String {
    let (limit, next) = (limit.to_string(), next.to_string());
    let parameters = [
        ("q", filter.search.as_deref()),
        ("state", filter.state.map(StateFilter::as_str)),
        ("limit", Some(limit.as_str())),
        ("cursor", Some(next.as_str())),
    ];
    paging::link("/console/beta", &parameters)
}

const fn label(filter: StateFilter) -> &'static str {
    match filter {
        StateFilter::Ghost => "Ghosts",
        StateFilter::State(AccountState::GhostNoUsersRow) => "No account",
        StateFilter::State(AccountState::GhostEmptyShell) => "Account without passkey",
        StateFilter::State(AccountState::MidEnrollment) => "Signing up now",
        StateFilter::State(AccountState::Healthy) => "Healthy",
    }
}
