//! Work that no request waits for: the outbox, the account states last seen, and the figures.

use std::time::Duration;

use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;
use service_kit::stop::Background;
use tokio_util::sync::CancellationToken;

use crate::db::account_state;
use crate::domain::figures;
use crate::mail::Mailer;
use crate::raptor::{RaptorClient, RaptorError};

/// How often the outbox is looked at.
const OUTBOX_INTERVAL: Duration = Duration::from_secs(2);
/// How often testers are looked for whose state is more than 60 s old.
const REFRESH_INTERVAL: Duration = Duration::from_secs(15);
/// How many testers Raptor is asked about at once (section 5 of the contracts).
const REFRESH_BATCH: u16 = 500;
/// How many batches one round asks for, so that a long list does not keep Raptor busy.
const REFRESH_ROUNDS: u8 = 20;

/// Starts both workers. Each ends when `stop` is cancelled and what it has begun is done.
pub fn start(
    pool: Pool,
    raptor: RaptorClient,
    mailer: Mailer,
    background: &Background,
    stop: &CancellationToken,
) {
    background.spawn(send_mails(mailer, stop.clone()));
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

async fn refresh_states(pool: Pool, raptor: RaptorClient, stop: CancellationToken) {
    let mut after = 0;
    loop {
        after = refresh_round(&pool, &raptor, after, &stop).await;
        if let Err(error) = figures::keep(&pool).await {
            tracing::warn!(%error, "the figures could not be counted");
        }
        if wait(&stop, REFRESH_INTERVAL).await {
            return;
        }
    }
}

/// Asks about testers until none is stale, or enough were asked about; where to go on.
async fn refresh_round(
    pool: &Pool,
    raptor: &RaptorClient,
    mut after: i64,
    stop: &CancellationToken,
) -> i64 {
    for _ in 0..REFRESH_ROUNDS {
        match refresh(pool, raptor, after).await {
            Ok(Some(next)) => after = next,
            Ok(None) => return 0,
            Err(error) => {
                tracing::warn!(%error, "the account states could not be refreshed");
                break;
            }
        }
        if stop.is_cancelled() {
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

/// Asks Raptor about testers whose state is old, and says where the next search goes on; nothing
/// where all were gone through.
async fn refresh(
    pool: &Pool,
    raptor: &RaptorClient,
    after: i64,
) -> Result<Option<i64>, RefreshError> {
    let mut connection = pool.get().await?;
    let claimed =
        account_state::claim_stale(&mut connection, after, i64::from(REFRESH_BATCH)).await?;
    drop(connection);
    let emails = claimed.testers.iter().map(|(_, email)| email.clone()).collect();
    let checks = raptor.ghost_check_batch(emails, &RequestId::draw()).await?;
    let news: Vec<_> = claimed.testers.iter().map(|(id, _)| *id).zip(checks).collect();
    account_state::remember(pool, &news).await?;
    Ok(claimed.next)
}
