//! The work that keeps a log sealed while its service runs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Log;
use super::departure::Departure;
use super::key::AuditSettings;
use super::sealing::{self, Sealing};
use crate::db::Pool;

/// The time between two rounds.
const INTERVAL: Duration = Duration::from_secs(2);

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
    stop: CancellationToken,
) {
    loop {
        seal_all(&pool, log, &stop).await;
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
