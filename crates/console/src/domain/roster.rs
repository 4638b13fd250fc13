//! The list of testers, with what Raptor says of their accounts at this moment.

use ghost_contracts::AccountState;
use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::interrupted_reset::{self, InterruptedTester};
use crate::db::tester::{self, Filter};
use crate::db::{account_state, time, walkthrough_token};
use crate::domain::ghost::is_ghost;
use crate::domain::invitation::InvitationStatus;
use crate::domain::tester::Tester;
use crate::raptor::RaptorClient;

/// One tester of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Who.
    pub tester: Tester,
    /// How their invitation stands.
    pub invitation: InvitationStatus,
    /// What Raptor says; nothing while it is away.
    pub state: Option<AccountState>,
}

impl Listed {
    /// Whether they are a ghost by what Raptor says now.
    #[must_use]
    pub fn is_ghost(&self) -> bool {
        self.state.is_some_and(|state| is_ghost(self.invitation, state))
    }
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Newest first; with a filter perhaps fewer than asked for, even none, and still more after
    /// them.
    pub listed: Vec<Listed>,
    /// Whether Raptor answered.
    pub raptor_available: bool,
    /// What the next page comes after.
    pub next: Option<i64>,
    /// Whose ghost reset was begun and never ended, whatever the filter.
    pub interrupted: Vec<InterruptedTester>,
}

/// Loads a page: the testers by the state last seen, then one call for all of their states. Who
/// turns out not to have the wanted state is left out, and what Raptor said is kept.
///
/// # Errors
/// Where the database is away. Raptor may be.
pub async fn load(
    pool: &Pool,
    raptor: &RaptorClient,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
    request: &RequestId,
) -> Result<Roster, DbError> {
    let mut connection = pool.get().await?;
    let mut testers = tester::page(&mut connection, filter, before, limit + 1).await?;
    let more = usize::try_from(limit).is_ok_and(|limit| testers.len() > limit);
    if more {
        testers.pop();
    }
    let next = testers.last().filter(|_| more).map(|tester| tester.id.0);
    let emails: Vec<&str> = testers.iter().map(|tester| tester.email.as_str()).collect();
    let tokens = walkthrough_token::newest_of(&mut connection, &emails).await?;
    let now = time::now(&mut connection).await?;
    let interrupted = interrupted_reset::testers(&mut connection).await?;
    drop(connection);

    let states = ask(pool, raptor, &testers, request).await;
    let raptor_available = states.is_some();
    let mut states = states.unwrap_or_default().into_iter();
    let mut listed = Vec::with_capacity(testers.len());
    for tester in testers {
        let newest = tokens.iter().find(|token| token.tester_email == tester.email);
        let invitation = InvitationStatus::of(newest, now);
        let row = Listed { tester, invitation, state: states.next() };
        if belongs(filter, &row) {
            listed.push(row);
        }
    }
    Ok(Roster { listed, raptor_available, next, interrupted })
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
