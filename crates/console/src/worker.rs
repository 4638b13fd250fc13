//! Work that no request waits for: the outbox, the account states last seen, the figures, and the
//! gauges.

use std::time::Duration;

use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;
use service_kit::stop::Background;
use tokio_util::sync::CancellationToken;

use crate::db::account_state::{self, Claimed};
use crate::domain::figures;
use crate::gauges::Gauges;
use crate::mail::Mailer;
use crate::raptor::{RaptorClient, RaptorError};

/// How often the outbox is looked at.
const OUTBOX_INTERVAL: Duration = Duration::from_secs(2);
/// How often testers are looked for whose state is more than 60 s old.
const REFRESH_INTERVAL: Duration = Duration::from_secs(15);
/// How often the figures are counted, whatever the refresh does meanwhile.
const FIGURES_INTERVAL: Duration = Duration::from_secs(15);
/// How often it is measured how things stand.
const GAUGES_INTERVAL: Duration = Duration::from_secs(5);
/// How many testers Raptor is asked about at once (section 5 of the contracts).
const REFRESH_BATCH: u16 = 500;
/// How many batches one round asks for, so that a long list does not keep Raptor busy.
const REFRESH_ROUNDS: u8 = 20;

/// Starts the workers. Each ends when `stop` is cancelled and what it has begun is done.
pub fn start(
    pool: Pool,
    raptor: RaptorClient,
    mailer: Mailer,
    gauges: Gauges,
    background: &Background,
    stop: &CancellationToken,
) {
    background.spawn(send_mails(mailer, stop.clone()));
    background.spawn(keep_figures(pool.clone(), stop.clone()));
    background.spawn(keep_measuring(pool.clone(), gauges, stop.clone()));
    background.spawn(refresh_states(pool, raptor, stop.clone()));
}

async fn send_mails(mailer: Mailer, stop: CancellationToken) {
    while !wait(&stop, OUTBOX_INTERVAL).await {
        while !stop.is_cancelled() {
            match mailer.send_due().await {
                Ok(count) if count == Mailer::batch() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read");
                    break;
                }
            }
        }
    }
}

async fn keep_figures(pool: Pool, stop: CancellationToken) {
    loop {
        if let Err(error) = figures::keep(&pool).await {
            tracing::warn!(%error, "the figures could not be counted");
        }
        if wait(&stop, FIGURES_INTERVAL).await {
            return;
        }
    }
}

async fn keep_measuring(pool: Pool, gauges: Gauges, stop: CancellationToken) {
    loop {
        gauges.look(&pool).await;
        if wait(&stop, GAUGES_INTERVAL).await {
            return;
        }
    }
}

async fn refresh_states(pool: Pool, raptor: RaptorClient, stop: CancellationToken) {
    let mut after = None;
    loop {
        after = refresh_round(&pool, &raptor, after, &stop).await;
        if wait(&stop, REFRESH_INTERVAL).await {
            return;
        }
    }
}

/// Asks about testers until none is stale, or enough were asked about; where to go on, or nothing
/// for the beginning.
async fn refresh_round(
    pool: &Pool,
    raptor: &RaptorClient,
    after: Option<i64>,
    stop: &CancellationToken,
) -> Option<i64> {
    let mut after = Some(after.unwrap_or_default());
    for _ in 0..REFRESH_ROUNDS {
        let claimed = match claim(pool, after).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "nobody could be looked for whose state is old");
                break;
            }
        };
        // Also past a batch that fails: nobody waits for what is wrong with others.
        after = claimed.after;
        let is_full = claimed.is_full;
        if let Err(error) = refresh(pool, raptor, claimed).await {
            tracing::warn!(%error, "the account states could not be refreshed");
            if !error.is_about_this_batch() {
                break;
            }
        }
        if !is_full || stop.is_cancelled() {
            break;
        }
    }
    after
}

/// Whether it is time to stop.
async fn wait(stop: &CancellationToken, interval: Duration) -> bool {
    tokio::time::timeout(interval, stop.cancelled()).await.is_ok()
}

#[derive(Debug, thiserror::Error)]
enum RefreshError {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Raptor(#[from] RaptorError),
}

impl RefreshError {
    /// Whether another batch may fare better: Raptor answered, and refused this one or stumbled
    /// over it.
    fn is_about_this_batch(&self) -> bool {
        matches!(self, Self::Raptor(RaptorError::Status(400 | 500)))
    }
}

/// Takes testers whose state is old.
async fn claim(pool: &Pool, after: Option<i64>) -> Result<Claimed, DbError> {
    let mut connection = pool.get().await?;
    account_state::claim_stale(&mut connection, after, i64::from(REFRESH_BATCH)).await
}

/// Asks Raptor about them and keeps what it says.
async fn refresh(pool: &Pool, raptor: &RaptorClient, claimed: Claimed) -> Result<(), RefreshError> {
    let (ids, emails): (Vec<_>, Vec<_>) = claimed.testers.into_iter().unzip();
    let checks = raptor.ghost_check_batch(emails, &RequestId::draw()).await?;
    let news: Vec<_> = ids.into_iter().zip(checks).collect();
    account_state::remember(pool, &news).await?;
    Ok(())
}
