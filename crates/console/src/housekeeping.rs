//! What is over is swept away once a minute, by every process; each sweep is one statement.

use std::time::Duration;

use service_kit::db::DbError;
use service_kit::http::rate_limit;
use service_kit::{challenge, service_token};
use tokio_util::sync::CancellationToken;

use crate::db;
use crate::state::Shared;

/// The time between two rounds. The first begins at once.
const INTERVAL: Duration = Duration::from_secs(60);

/// Sweeps until `stop` is cancelled. What fails is tried again in the next round.
pub async fn run(shared: Shared, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(INTERVAL);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = rounds.tick() => {}
        }
        if let Err(error) = sweep(&shared).await {
            tracing::warn!(%error, "what is over could not be swept away");
        }
    }
}

async fn sweep(shared: &Shared) -> Result<(), DbError> {
    let challenges = challenge::sweep(&shared.pool).await?;
    let tokens = service_token::sweep(&shared.pool, shared.clock.now()).await?;
    let windows = rate_limit::sweep(&shared.pool).await?;
    let mut connection = shared.pool.get().await?;
    let sessions = db::session::sweep(&mut connection).await?;
    let events = db::mail_event::sweep(&mut connection).await?;
    // The last: whoever lacks the right to it still sweeps.
    let partitions = db::audit_partition::ensure(&mut connection).await?;
    tracing::debug!(challenges, tokens, windows, sessions, events, partitions, "swept");
    Ok(())
}
