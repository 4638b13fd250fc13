//! The work that keeps a log sealed while its service runs.

use std::time::Duration;

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Log;
use super::departure::Departure;
use super::key::AuditSettings;
use super::sealing::{self, Sealing};
use crate::db::{DbError, Pool};
use crate::metrics::{Measured, Metrics, Seen};

/// The time between two rounds.
const INTERVAL: Duration = Duration::from_secs(2);

/// For how long no honest row waits for a seal, unless somebody holds the seals up, in seconds; and
/// the time between two warnings of it.
const HELD_UP: Duration = Duration::from_secs(15 * 60);

/// How long the oldest row waits that has no seal, as a metric.
pub struct Waiting {
    oldest: Seen,
    measured: Measured,
    warned: Option<Instant>,
}

impl Waiting {
    /// Registers it.
    ///
    /// # Errors
    /// Where it is registered already.
    pub fn new(metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let oldest = metrics.seen(
            "audit_unsealed_oldest_seconds",
            "Age of the oldest row of the audit log that waits for a seal; 0 where none waits.",
        )?;
        Ok(Self { oldest, measured: metrics.measured("audit_log"), warned: None })
    }

    /// Looks how long the oldest waits, and warns where that is too long or is not known, not each
    /// time.
    pub async fn look(&mut self, pool: &Pool) {
        let looked = self.measure(pool).await;
        self.measured.note(&looked);
    }

    async fn measure(&mut self, pool: &Pool) -> Result<(), DbError> {
        let seconds = oldest_seconds(pool).await?;
        self.oldest.set(seconds);
        let limit = i64::try_from(HELD_UP.as_secs()).unwrap_or(i64::MAX);
        if seconds > limit && self.warned.is_none_or(|time| time.elapsed() > HELD_UP) {
            self.warned = Some(Instant::now());
            tracing::warn!(
                seconds,
                "rows of the audit log wait for a seal: a transaction that stays open, in any \
                 database of the server, or somebody's change of the log holds them up"
            );
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Oldest {
    #[diesel(sql_type = BigInt)]
    seconds: i64,
}

/// Where none waits, `least` passes over its NULL.
async fn oldest_seconds(pool: &Pool) -> Result<i64, DbError> {
    let query = "SELECT extract(epoch FROM clock_timestamp() - greatest('0001-01-01 00:00:00+00', \
                     least(min(occurred_at), clock_timestamp())))::bigint AS seconds \
                 FROM audit_unsealed";
    let oldest: Oldest = sql_query(query).get_result(&mut *pool.get().await?).await?;
    Ok(oldest.seconds)
}

/// What makes the checkpoints of a service leave; nothing without a key, which is said once.
///
/// # Errors
/// Where TLS cannot be set up.
pub fn departure(settings: &AuditSettings) -> Result<Option<Departure>, reqwest::Error> {
    let Some(key) = settings.key.clone() else {
        tracing::warn!(
            "AUDIT_SIGNING_KEY is not set: the audit log is sealed, but no checkpoint leaves, so a \
             cut at its end would not be found"
        );
        return Ok(None);
    };
    Departure::new(key, settings.checkpoint_url.clone()).map(Some)
}

/// Seals what waits, and lets checkpoints leave, every few seconds until `stop` is cancelled. What
/// was begun is finished; what fails is tried again in the next round.
pub async fn run(
    pool: Pool,
    log: &'static Log,
    mut departure: Option<Departure>,
    mut waiting: Waiting,
    stop: CancellationToken,
) {
    loop {
        seal_all(&pool, log, &stop).await;
        waiting.look(&pool).await;
        if let Some(departure) = &mut departure {
            leave(&pool, log, departure, &stop).await;
        }
        if tokio::time::timeout(INTERVAL, stop.cancelled()).await.is_ok() {
            return;
        }
    }
}

async fn seal_all(pool: &Pool, log: &Log, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match sealing::seal(pool, log).await {
            Ok(Sealing::Made(seal)) => {
                tracing::debug!(seal = seal.number, rows = seal.row_count, "sealed the audit log");
            }
            Ok(Sealing::Nothing | Sealing::Busy) => return,
            Err(error) => {
                tracing::warn!(%error, "the audit log could not be sealed");
                return;
            }
        }
    }
}

async fn leave(pool: &Pool, log: &Log, departure: &mut Departure, stop: &CancellationToken) {
    if let Err(error) = departure.to_log(pool, log).await {
        tracing::warn!(%error, "no checkpoint of the audit log could be made");
    }
    if stop.is_cancelled() {
        return;
    }
    if let Err(error) = departure.to_url(pool, log).await {
        tracing::warn!(%error, "a checkpoint of the audit log did not leave");
    }
}
