//! Removing what is over, once a minute: ceremonies, token ids, counts, ended sessions, old signup
//! attempts. None of it is looked at any more, so nothing depends on when this happens. And the accounts that a
//! smoke test left behind.

use std::time::Duration;

use service_kit::clock::Clock;
use service_kit::db::{DbError, Pool};
use service_kit::http::rate_limit;
use service_kit::{challenge, service_token};
use tokio_util::sync::CancellationToken;

use crate::db;
use crate::domain::smoke_account;
use crate::state::Accounts;

const INTERVAL: Duration = Duration::from_secs(60);

/// Sweeps now and then every minute, until `stop` is cancelled. Smoke accounts are those at
/// `smoke_domain`.
pub async fn run(accounts: Accounts, smoke_domain: String, clock: Clock, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = sweep(&accounts.pool, &clock).await {
            tracing::warn!(%error, "housekeeping is put off");
        }
        if let Err(error) = smoke_account::expire(&accounts, &smoke_domain).await {
            tracing::warn!(%error, "removing smoke accounts is put off");
        }
    }
}

/// Sweeps once.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn sweep(pool: &Pool, clock: &Clock) -> Result<(), DbError> {
    challenge::sweep(pool).await?;
    service_token::sweep(pool, clock.now()).await?;
    rate_limit::sweep(pool).await?;
    let mut connection = pool.get().await?;
    db::bootstrap_token::sweep(&mut connection).await?;
    db::session::sweep(&mut connection).await?;
    db::signup_attempt::sweep(&mut connection).await?;
    Ok(())
}
