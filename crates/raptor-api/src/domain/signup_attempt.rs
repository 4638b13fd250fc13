//! The flight recorder of signups: how each passkey ceremony ended. It looks on: nothing of a
//! signup depends on it.

use std::time::Duration;

use chrono::TimeDelta;
use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::{FailureReason, SignupTimeline};
use ghost_contracts::signup::{ClientError, MAX_ELAPSED_MS, RegisterReportRequest};
use service_kit::db::{Connection, DbError};
use service_kit::user_agent::UserAgent;
use tracing::Instrument;

use super::bootstrap_token::BootstrapToken;
use crate::db;
use crate::error::Error;
use crate::state::{Accounts, State};

/// How long after its token's life a ceremony can still be reported: a prompt may have been open
/// when the token ended.
const REPORTED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// How long whoever is refused waits for that to be noted.
const PATIENCE: Duration = Duration::from_millis(500);

/// The newest ceremonies of an address.
///
/// # Errors
///
/// Where the database is away.
pub async fn timeline(accounts: &Accounts, email: &EmailAddress) -> Result<SignupTimeline, Error> {
    let mut connection = accounts.pool.get().await?;
    Ok(SignupTimeline { attempts: db::signup_attempt::newest(&mut connection, email).await? })
}

/// Notes what the page says of a ceremony that it began with this token. A used or expired token
/// will do; nothing is consumed, and a report that fits no open ceremony is thanked for like any
/// other. So is one from before a reset, which tells nothing about the signup since. A browser
/// without passkeys never begins: its report is an attempt of its own.
///
/// # Errors
///
/// [`Error::InvalidSignupLink`] for a token that is not ours, or whose life ended more than an hour
/// ago; and where the database is away.
pub async fn report(
    state: &State,
    report: &RegisterReportRequest,
    agent: UserAgent,
) -> Result<(), Error> {
    let token = state.bootstrap_keys.open(&report.token).map_err(Error::invalid_link)?;
    let now = state.clock.now();
    if token.is_from_the_future(now) {
        return Err(Error::invalid_link("issued in the future"));
    }
    if token.is_expired(now - REPORTED_WITHIN) {
        return Err(Error::invalid_link("expired more than an hour ago"));
    }
    let note =
        async |connection: &mut Connection| note_end(connection, &token, report, agent).await;
    state.accounts.locked(&token.email, note).await
}

/// What a report changes, under the lock on the e-mail.
async fn note_end(
    connection: &mut Connection,
    token: &BootstrapToken,
    report: &RegisterReportRequest,
    agent: UserAgent,
) -> Result<(), Error> {
    if db::account_reset::is_after(connection, &token.email, token.issued_at).await? {
        return Ok(());
    }
    let elapsed_ms = report.elapsed_ms.min(MAX_ELAPSED_MS).cast_signed();
    match report.error {
        ClientError::PasskeysUnavailable => {
            db::signup_attempt::never_begun(connection, token, agent).await?;
        }
        error => db::signup_attempt::report(connection, token, error, elapsed_ms).await?,
    }
    Ok(())
}

/// Notes in begin's transaction that a ceremony begins; where that cannot be written the signup
/// goes on.
///
/// # Errors
///
/// Where the transaction is lost.
pub(super) async fn note_begun(
    connection: &mut Connection,
    token: &BootstrapToken,
    agent: UserAgent,
) -> Result<(), Error> {
    let insert = async |connection: &mut Connection| {
        db::signup_attempt::insert(connection, token, agent).await
    };
    note_aside(connection, insert).await
}

/// Notes in verify's transaction that the ceremony made a passkey; where that cannot be written the
/// signup goes on.
///
/// # Errors
///
/// Where the transaction is lost.
pub(super) async fn note_completed(
    connection: &mut Connection,
    token: &BootstrapToken,
) -> Result<(), Error> {
    let complete =
        async |connection: &mut Connection| db::signup_attempt::complete(connection, token).await;
    note_aside(connection, complete).await
}

async fn note_aside(
    connection: &mut Connection,
    write: impl AsyncFnOnce(&mut Connection) -> Result<(), DbError>,
) -> Result<(), Error> {
    if let Err(error) = db::aside::write(connection, write).await? {
        tracing::warn!(%error, "a signup goes on without being noted");
    }
    Ok(())
}

/// Notes that verify-with-token refuses, where it is about the ceremony. Whoever is refused gets
/// the same answer whether this can be written or not, and gets it soon: what takes longer is
/// written after it.
pub(super) async fn note_refusal(accounts: &Accounts, token: &BootstrapToken, refusal: &Error) {
    let Some(reason) = reason(refusal) else { return };
    let (accounts, token) = (accounts.clone(), token.clone());
    let fail = async move {
        let mut connection = accounts.pool.get().await?;
        db::signup_attempt::fail(&mut connection, &token, reason).await
    };
    let note = async move {
        if let Err(error) = fail.await {
            tracing::warn!(%error, reason = reason.as_str(), "a refused ceremony is not noted");
        }
    };
    let noted = tokio::spawn(note.in_current_span());
    if tokio::time::timeout(PATIENCE, noted).await.is_err() {
        tracing::warn!(reason = reason.as_str(), "a refusal is answered before it is noted");
    }
}

/// What is noted of a refusal; nothing of one that says nothing about the ceremony.
fn reason(refusal: &Error) -> Option<FailureReason> {
    match refusal {
        Error::SignupSessionNotFound(_) => Some(FailureReason::SignupSessionNotFound),
        Error::PasskeyVerificationFailed(_) => Some(FailureReason::PasskeyVerificationFailed),
        Error::CredentialAlreadyRegistered => Some(FailureReason::CredentialAlreadyRegistered),
        _ => None,
    }
}
