//! The list of testers, with what Raptor says of their accounts at this moment.

use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;
use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::interrupted_reset::{self, InterruptedTesters};
use crate::db::{self, account_state, time, walkthrough_token};
use crate::domain::figures::{self, Counts};
use crate::domain::ghost::is_ghost;
use crate::domain::invitation::InvitationStatus;
use crate::domain::order::{Position, Sort};
use crate::domain::tester::{StateFilter, Tester};
use crate::raptor::RaptorClient;

/// How many interrupted resets are named above a list; the Overview names more.
const INTERRUPTED: i64 = 5;

/// Which testers a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A part of the address or of the name, in any case.
    pub search: Option<String>,
    /// The state of the account.
    pub state: Option<StateFilter>,
}

/// A page to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// After whom; nothing for the first page.
    pub after: Option<Position>,
    /// How many at most, 1 to 200.
    pub limit: i64,
}

/// One tester of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Who.
    pub tester: Tester,
    /// How their invitation stands.
    pub invitation: InvitationStatus,
    /// Whether its link was looked at, perhaps by a mail scanner.
    pub opened: bool,
    /// What Raptor says; nothing while it is away.
    pub state: Option<AccountState>,
}

impl Listed {
    /// Whether they are a ghost by what Raptor says now.
    #[must_use]
    pub fn is_ghost(&self) -> bool {
        self.state.is_some_and(|state| is_ghost(self.invitation, state))
    }

    /// Since when the account has been in the state that Raptor says; nothing where the Console
    /// sees it in this state for the first time.
    #[must_use]
    pub fn held_since(&self) -> Option<DateTime<Utc>> {
        let seen = self.tester.seen.filter(|seen| Some(seen.state) == self.state)?;
        Some(seen.since)
    }
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Roster {
    /// In the order asked for; with a filter perhaps fewer than asked for, even none, and still
    /// more after them.
    pub listed: Vec<Listed>,
    /// Whether Raptor answered.
    pub raptor_available: bool,
    /// What the next page comes after.
    pub next: Option<Position>,
    /// Whose ghost reset was begun and never ended, whatever the filter.
    pub interrupted: InterruptedTesters,
}

/// Loads a page: the testers by the state last seen, then one call for all of their states. Who
/// turns out not to have the wanted state is left out, and what Raptor said is kept.
///
/// # Errors
/// Where the database is away. Raptor may be.
pub async fn load(
    pool: &Pool,
    raptor: &RaptorClient,
    wanted: &Wanted,
    request: &RequestId,
) -> Result<Roster, DbError> {
    let Wanted { filter, sort, after, limit } = wanted;
    let mut connection = pool.get().await?;
    // One more than the page holds tells whether there is a next one.
    let mut testers =
        db::roster::page(&mut connection, filter, *sort, after.as_ref(), limit + 1).await?;
    let more = usize::try_from(*limit).is_ok_and(|limit| testers.len() > limit);
    if more {
        testers.pop();
    }
    let next = testers.last().filter(|_| more).map(|tester| Position::of(tester, *sort));
    let emails: Vec<&str> = testers.iter().map(|tester| tester.email.as_str()).collect();
    let tokens = walkthrough_token::newest_of(&mut connection, &emails).await?;
    let now = time::now(&mut connection).await?;
    let interrupted = interrupted_reset::testers(&mut connection, INTERRUPTED).await?;
    drop(connection);

    let states = ask(pool, raptor, &testers, request).await;
    let raptor_available = states.is_some();
    let mut states = states.unwrap_or_default().into_iter();
    let mut listed = Vec::with_capacity(testers.len());
    for tester in testers {
        let newest = tokens.iter().find(|token| token.tester_email == tester.email);
        let invitation = InvitationStatus::of(newest, now);
        let opened = newest.is_some_and(|token| token.first_opened_at.is_some());
        let row = Listed { tester, invitation, opened, state: states.next() };
        if belongs(filter, &row) {
            listed.push(row);
        }
    }
    Ok(Roster { listed, raptor_available, next, interrupted })
}

/// How many each filter finds, and when that was counted. While somebody searches: among what was
/// found, and nothing where that is too much to count.
///
/// # Errors
/// Where the database is away.
pub async fn counts(
    pool: &Pool,
    filter: &Filter,
) -> Result<Option<(Counts, DateTime<Utc>)>, DbError> {
    let mut connection = pool.get().await?;
    match &filter.search {
        None => {
            let counted = figures::current(&mut connection).await?;
            Ok(Some((counted.figures.counts, counted.at)))
        }
        Some(search) => {
            let found = db::roster::count_found(&mut connection, search).await?;
            let now = time::now(&mut connection).await?;
            Ok(found.map(|counts| (counts, now)))
        }
    }
}

/// The states in the order of `testers`, or nothing while Raptor is away.
async fn ask(
    pool: &Pool,
    raptor: &RaptorClient,
    testers: &[Tester],
    request: &RequestId,
) -> Option<Vec<AccountState>> {
    let emails = testers.iter().map(|tester| tester.email.clone()).collect();
    let checks = match raptor.ghost_check_batch(emails, request).await {
        Ok(checks) => checks,
        Err(error) => {
            tracing::warn!(%error, "the list of testers comes without account states");
            return None;
        }
    };
    let states = checks.iter().map(|check| check.state).collect();
    let news: Vec<_> = testers.iter().map(|tester| tester.id).zip(checks).collect();
    if let Err(error) = account_state::remember(pool, &news).await {
        tracing::warn!(%error, "the account states seen were not kept");
    }
    Some(states)
}

/// By what Raptor says now; while it is away, by the state last seen, which chose the row.
fn belongs(filter: &Filter, row: &Listed) -> bool {
    let Some(wanted) = filter.state else { return true };
    let state = row.state.or(row.tester.seen.map(|seen| seen.state));
    state.is_some_and(|state| wanted.admits(row.invitation, state))
}
