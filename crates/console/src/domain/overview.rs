//! The Overview: does anyone need me?

use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::mail::{self, UndeliveredMails};
use crate::db::overview::{self as db, Waiting};
use crate::db::{account_state, audit, roster};
use crate::domain::audit::{Entry, Filter as AuditFilter};
use crate::domain::figures::{self, Counted};
use crate::domain::order::Sort;
use crate::domain::roster::Filter;
use crate::domain::tester::{StateFilter, Tester};
use crate::raptor::RaptorClient;

/// How many are named for each reason; the lists have them all.
const NAMED: i64 = 5;
/// How many entries of the audit log are shown.
const LATEST: i64 = 10;

/// What an operator sees first.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Counts, and how old they are.
    pub counted: Counted,
    /// The ghosts whose state has held for the longest time, by the state last seen.
    pub ghosts: Vec<Tester>,
    /// Whose reset was interrupted.
    pub interrupted: Vec<Waiting>,
    /// Whose mail was not delivered.
    pub undelivered: UndeliveredMails,
    /// Whether Raptor answered just now.
    pub raptor_available: bool,
    /// What happened last.
    pub latest: Vec<Entry>,
}

impl Overview {
    /// Asks Raptor about those who are shown, keeps what it says, and then counts. Where nobody
    /// is shown it is asked about `anybody`, only to see whether it answers.
    ///
    /// # Errors
    /// Where the database is away. Raptor may be.
    pub async fn load(
        pool: &Pool,
        raptor: &RaptorClient,
        anybody: Option<EmailAddress>,
        request: &RequestId,
    ) -> Result<Self, DbError> {
        let shown = longest_ghosts(&mut *pool.get().await?).await?;
        let raptor_available = ask(pool, raptor, &shown, anybody, request).await;
        let mut connection = pool.get().await?;
        Ok(Self {
            ghosts: longest_ghosts(&mut connection).await?,
            interrupted: db::interrupted(&mut connection, NAMED).await?,
            undelivered: mail::undelivered(&mut connection, NAMED).await?,
            latest: audit::page(&mut connection, &AuditFilter::default(), None, LATEST).await?,
            counted: figures::current(&mut connection).await?,
            raptor_available,
        })
    }

    /// How many ghosts there are: as counted, and never fewer than are shown by name.
    #[must_use]
    pub fn ghost_count(&self) -> i64 {
        let named = i64::try_from(self.ghosts.len()).unwrap_or(NAMED);
        self.counted.figures.counts.ghost.max(named)
    }

    /// How many resets were interrupted, by tester.
    #[must_use]
    pub fn interrupted_count(&self) -> i64 {
        db::total(&self.interrupted)
    }

    /// How many invitations that work have not reached anybody.
    #[must_use]
    pub fn undelivered_count(&self) -> i64 {
        self.undelivered.count
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn nobody_waits(&self) -> bool {
        [self.ghost_count(), self.interrupted_count(), self.undelivered_count()] == [0; 3]
    }
}

async fn longest_ghosts(connection: &mut Connection) -> Result<Vec<Tester>, DbError> {
    let filter = Filter { search: None, state: Some(StateFilter::Ghost) };
    let mut ghosts = roster::page(connection, &filter, Sort::Stuck, None, NAMED).await?;
    // Those whose state was never seen come last and may be anything.
    ghosts.retain(|tester| tester.seen.is_some());
    Ok(ghosts)
}

/// Whether Raptor answers, by a call that is of use.
async fn ask(
    pool: &Pool,
    raptor: &RaptorClient,
    shown: &[Tester],
    anybody: Option<EmailAddress>,
    request: &RequestId,
) -> bool {
    let emails: Vec<_> = shown.iter().map(|tester| tester.email.clone()).collect();
    let emails = if emails.is_empty() { anybody.into_iter().collect() } else { emails };
    let checks = match raptor.ghost_check_batch(emails, request).await {
        Ok(checks) => checks,
        Err(error) => {
            tracing::warn!(%error, "the Overview comes without Raptor");
            return false;
        }
    };
    let news: Vec<_> = shown.iter().map(|tester| tester.id).zip(checks).collect();
    if let Err(error) = account_state::remember(pool, &news).await {
        tracing::warn!(%error, "the account states seen were not kept");
    }
    true
}
