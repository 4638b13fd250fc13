//! The list of testers.

use askama::Template;
use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;

use crate::db::interrupted_reset::InterruptedTesters;
use crate::domain::figures::Counts;
use crate::domain::invitation::InvitationStatus;
use crate::domain::order::Sort;
use crate::domain::paging;
use crate::domain::permission::Permission;
use crate::domain::roster::{Filter, Listed, Roster, Wanted};
use crate::domain::tester::{SeenState, StateFilter};
use crate::views::badge::{self, Badge};
use crate::views::flash::Typed;
use crate::views::layout::Layout;
use crate::views::paths;

/// A page of the list.
#[derive(Template)]
#[template(path = "beta/list.html")]
pub struct ListPage {
    layout: Layout,
    filter: Filter,
    sort: Sort,
    limit: i64,
    is_first: bool,
    listed: Vec<Listed>,
    raptor_available: bool,
    interrupted: InterruptedTesters,
    next: Option<String>,
    counts: Option<(Counts, DateTime<Utc>)>,
    may_invite: bool,
    who_may: &'static str,
}

/// A way to see the list differently.
struct Choice {
    href: String,
    label: &'static str,
    count: Option<i64>,
    current: bool,
}

/// What helps a tester, and where it is done.
struct Action {
    href: String,
    label: &'static str,
}

impl ListPage {
    /// The page for whoever is signed in; `next` is the cursor of the page after it.
    #[must_use]
    pub fn new(
        layout: Layout,
        wanted: Wanted,
        roster: Roster,
        next: Option<String>,
        counts: Option<(Counts, DateTime<Utc>)>,
    ) -> Self {
        let permission = Permission::TestersInvite;
        let Wanted { filter, sort, after, limit } = wanted;
        Self {
            next: next.map(|next| address(&filter, filter.state, sort, limit, Some(&next))),
            may_invite: layout.may(permission),
            who_may: permission.who_may(),
            is_first: after.is_none(),
            listed: roster.listed,
            raptor_available: roster.raptor_available,
            interrupted: roster.interrupted,
            filter,
            sort,
            limit,
            counts,
            layout,
        }
    }

    fn search(&self) -> &str {
        self.filter.search.as_deref().unwrap_or_default()
    }

    fn state(&self) -> &'static str {
        self.filter.state.map_or("", StateFilter::as_str)
    }

    /// The filters, each with how many it finds where that is known.
    fn states(&self) -> Vec<Choice> {
        let all = [None].into_iter().chain(StateFilter::ALL.map(Some));
        let choice = |state: Option<StateFilter>| Choice {
            href: address(&self.filter, state, self.sort, self.limit, None),
            label: state.map_or("All", label),
            count: self.counts.map(|(counts, _)| counts.of(state)),
            current: self.filter.state == state,
        };
        all.map(choice).collect()
    }

    fn sorts(&self) -> [Choice; 3] {
        Sort::ALL.map(|sort| Choice {
            href: address(&self.filter, self.filter.state, sort, self.limit, None),
            label: match sort {
                Sort::Newest => "Newest",
                Sort::Name => "Name",
                Sort::Stuck => "Longest in this state",
            },
            count: None,
            current: self.sort == sort,
        })
    }

    fn order(&self) -> &'static str {
        match self.sort {
            Sort::Newest => "Newest first.",
            Sort::Name => "By name.",
            Sort::Stuck => "Longest in their state first.",
        }
    }

    fn first_page(&self) -> String {
        address(&self.filter, self.filter.state, self.sort, self.limit, None)
    }

    /// Everybody, in this order.
    fn everybody(&self) -> String {
        address(&Filter::default(), None, self.sort, self.limit, None)
    }

    fn is_narrowed(&self) -> bool {
        self.filter.state.is_some() || self.filter.search.is_some()
    }

    /// Those whom no filter counts, because Raptor was never asked about them.
    fn unseen(&self) -> i64 {
        self.counts.map_or(0, |(counts, _)| counts.unseen)
    }

    fn account(&self, listed: &Listed) -> Badge {
        badge::account(listed.invitation, listed.state)
    }

    fn invitation(&self, listed: &Listed) -> Badge {
        badge::invitation(listed.invitation, listed.opened)
    }

    /// What was last seen, where nothing newer is known.
    fn seen(&self, listed: &Listed) -> Option<(Badge, SeenState)> {
        let seen = listed.tester.seen.filter(|_| listed.state.is_none())?;
        Some((badge::account(listed.invitation, Some(seen.state)), seen))
    }

    /// What helps this tester now, as a link that leads there; nothing where nothing helps.
    fn next_action(&self, listed: &Listed) -> Result<Action, &'static str> {
        let page = paths::tester(listed.tester.id);
        let may_reset = self.layout.ghost_reset && listed.is_ghost();
        match (listed.state, listed.invitation) {
            (None, _) => Err("Look again later"),
            (Some(AccountState::Healthy), _) => Err("Nothing to do"),
            (Some(AccountState::MidEnrollment), _) => Err("Wait a few minutes"),
            (Some(_), _) if may_reset => {
                Ok(Action { href: paths::ghost_reset(listed.tester.id), label: "Ghost reset…" })
            }
            (Some(AccountState::GhostNoUsersRow), InvitationStatus::Sent) => Err("Wait for them"),
            (
                Some(AccountState::GhostNoUsersRow),
                InvitationStatus::Expired | InvitationStatus::Revoked,
            ) => Ok(Action { href: page, label: "Send a new link…" }),
            (Some(_), _) => Ok(Action { href: page, label: "Look into it…" }),
        }
    }

    /// How many interrupted resets are not named.
    fn more_interrupted(&self) -> i64 {
        let named = i64::try_from(self.interrupted.longest.len()).unwrap_or_default();
        self.interrupted.count - named
    }

    /// What was typed into an invitation that was refused.
    fn typed(&self) -> Option<&Typed> {
        self.layout.flash.as_ref().and_then(|flash| flash.typed.as_ref())
    }
}

/// The list with these parameters; those that say nothing new are left out.
fn address(
    filter: &Filter,
    state: Option<StateFilter>,
    sort: Sort,
    limit: i64,
    cursor: Option<&str>,
) -> String {
    let limit = (limit != paging::DEFAULT_LIMIT).then(|| limit.to_string());
    let parameters = [
        ("q", filter.search.as_deref()),
        ("state", state.map(StateFilter::as_str)),
        ("sort", Some(sort.as_str()).filter(|_| sort != Sort::default())),
        ("limit", limit.as_deref()),
        ("cursor", cursor),
    ];
    paths::with(paths::TESTERS, &parameters)
}

/// Everybody whose name or address holds this text.
fn search_for(text: &str) -> String {
    paths::with(paths::TESTERS, &[("q", Some(text))])
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
