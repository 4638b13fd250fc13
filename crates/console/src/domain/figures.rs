//! Counts over all testers: by the states last seen, not by what Raptor says at this moment
//! (section 7 of the contracts).

use chrono::{DateTime, NaiveDate, Utc};
use ghost_contracts::AccountState;
use serde::{Deserialize, Serialize};
use service_kit::db::{Connection, DbError, Pool};
use utoipa::ToSchema;

use crate::db::{figures, time};
use crate::domain::tester::StateFilter;

/// Up to how many testers a page counts for itself. That takes 10 ms then; at 100,000 testers it
/// takes half a second, so that above this the pages show what the worker counted last.
pub const COUNTED_LIVE: i64 = 5_000;

/// How many testers are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All of them.
    pub all: i64,
    /// The ghosts (section 1 of the contracts).
    pub ghost: i64,
    /// In `ghost_no_users_row`, ghosts or not.
    pub ghost_no_users_row: i64,
    /// In `ghost_empty_shell`.
    pub ghost_empty_shell: i64,
    /// In `mid_enrollment`.
    pub mid_enrollment: i64,
    /// In `healthy`.
    pub healthy: i64,
    /// Raptor was never asked about them.
    pub unseen: i64,
}

impl Counts {
    /// How many a filter finds, apart from those whose state was never seen.
    #[must_use]
    pub const fn of(&self, filter: Option<StateFilter>) -> i64 {
        match filter {
            None => self.all,
            Some(StateFilter::Ghost) => self.ghost,
            Some(StateFilter::State(AccountState::GhostNoUsersRow)) => self.ghost_no_users_row,
            Some(StateFilter::State(AccountState::GhostEmptyShell)) => self.ghost_empty_shell,
            Some(StateFilter::State(AccountState::MidEnrollment)) => self.mid_enrollment,
            Some(StateFilter::State(AccountState::Healthy)) => self.healthy,
        }
    }
}

/// How far testers got on the way to their account: each number counts those who reached at
/// least that stage, by any sign of it or of a later one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Invited, which all testers are.
    pub invited: i64,
    /// A link of theirs was looked at, perhaps by a mail scanner.
    pub opened: i64,
    /// They agreed to the NDA.
    pub nda_accepted: i64,
    /// They began to create a passkey.
    pub ceremony_begun: i64,
    /// They have a usable account.
    pub enrolled: i64,
}

impl Funnel {
    /// The stages by their names on the wire, in their order.
    #[must_use]
    pub const fn stages(&self) -> [(&'static str, i64); 5] {
        [
            ("invited", self.invited),
            ("opened", self.opened),
            ("nda_accepted", self.nda_accepted),
            ("ceremony_begun", self.ceremony_begun),
            ("enrolled", self.enrolled),
        ]
    }
}

/// What became of the invitations that were spent on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Day {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Their testers have a usable account, and that invitation was their last.
    pub enrolled: i64,
    /// It came to nothing. Who is signing up at this moment, or was never asked about, is in
    /// neither number.
    pub stuck: i64,
}

/// Every figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many are in which state.
    pub counts: Counts,
    /// When the state was seen that is the oldest; none where none was seen.
    pub oldest_seen_at: Option<DateTime<Utc>>,
    /// When one was seen last.
    pub newest_seen_at: Option<DateTime<Utc>>,
    /// How far testers got.
    pub funnel: Funnel,
    /// The last 14 days, today last.
    pub days: Vec<Day>,
}

/// Figures, and when they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The figures.
    pub figures: Figures,
    /// When.
    pub at: DateTime<Utc>,
}

/// The figures for a page: counted now while testers are few, else as the worker counted them.
///
/// # Errors
/// Where the database is away.
pub async fn current(connection: &mut Connection) -> Result<Counted, DbError> {
    if let Some(kept) = figures::kept(connection, COUNTED_LIVE).await? {
        return Ok(kept);
    }
    let figures = figures::count(connection).await?;
    Ok(Counted { figures, at: time::now(connection).await? })
}

/// The worker's part: counts and keeps, unless somebody has done so just now.
///
/// # Errors
/// Where the database is away.
pub async fn keep(pool: &Pool) -> Result<(), DbError> {
    let mut connection = pool.get().await?;
    if figures::are_fresh(&mut connection).await? {
        return Ok(());
    }
    let counted = figures::count(&mut connection).await?;
    figures::keep(&mut connection, &counted).await
}
