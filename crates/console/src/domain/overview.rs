//! The Overview: does anyone need me?

use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::interrupted_reset::{self, InterruptedTesters};
use crate::db::mail::{self, UndeliveredMails};
use crate::db::{account_state, audit, roster};
use crate::domain::audit::{Entry, Filter as AuditFilter};
use crate::domain::figures::{self, Counted};
use crate::domain::order::Sort;
use crate::domain::roster::Filter;
use crate::domain::tester::{StateFilter, Tester};
use crate::raptor::RaptorClient;

/// How many ghosts are named; the list of testers has them all.
pub const NAMED: i64 = 5;
/// How many interrupted resets and how many mails are named. No list has the others: they come up
/// here as these are dealt with.
const WAITING: i64 = 50;
/// An address that nobody can have (RFC 2606), so that it is nobody's account that is asked about.
const NOBODY: &str = "nobody@raxx.invalid";
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
    pub interrupted: InterruptedTesters,
    /// Whose mail needs somebody.
    pub undelivered: UndeliveredMails,
    /// Whether Raptor answered just now.
    pub raptor_available: bool,
    /// What happened last.
    pub latest: Vec<Entry>,
}

impl Overview {
    /// Asks Raptor about the ghosts that are named, keeps what it says, and then counts. Where
    /// there are none it is asked about nobody, only to see whether it answers.
    ///
    /// # Errors
    /// Where the database is away. Raptor may be.
    pub async fn load(
        pool: &Pool,
        raptor: &RaptorClient,
        request: &RequestId,
    ) -> Result<Self, DbError> {
        let shown = longest_ghosts(&mut *pool.get().await?).await?;
        let raptor_available = ask(pool, raptor, &shown, request).await;
        let mut connection = pool.get().await?;
        Ok(Self {
            ghosts: longest_ghosts(&mut connection).await?,
            interrupted: interrupted_reset::testers(&mut connection, WAITING).await?,
            undelivered: mail::undelivered(&mut connection, WAITING).await?,
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
        self.interrupted.count
    }

    /// How many invitations that work have a newest mail that needs somebody.
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
async fn ask(pool: &Pool, raptor: &RaptorClient, shown: &[Tester], request: &RequestId) -> bool {
    let mut emails: Vec<_> = shown.iter().map(|tester| tester.email.clone()).collect();
    if emails.is_empty() {
        emails.extend(EmailAddress::parse(NOBODY));
    }
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
