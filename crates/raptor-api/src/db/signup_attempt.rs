//! `signup_attempts`: the passkey ceremonies of signups, and how they ended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Bytea, Integer, Text};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::{
    Browser, CeremonyFailure, CeremonyReport, FailureReason, Platform, SignupAttempt,
};
use ghost_contracts::signup::ClientError;
use service_kit::db::{Connection, DbError};
use service_kit::user_agent::UserAgent;
use sha2::{Digest, Sha256};

use crate::domain::bootstrap_token::BootstrapToken;
use crate::schema::signup_attempts as attempts;

/// How many attempts of one address are kept and shown.
pub const KEPT: i64 = 20;

/// The newest attempt that a token began; a browser without passkeys began none. The address is
/// asked for as well, because that is what the index begins with.
const NEWEST_OF_THE_TOKEN: &str = "SELECT id FROM signup_attempts \
    WHERE email = $1 AND nonce_sha256 = $2 \
      AND client_error IS DISTINCT FROM 'PasskeysUnavailable' \
    ORDER BY begun_at DESC, id DESC LIMIT 1";

fn nonce_sha256(token: &BootstrapToken) -> Vec<u8> {
    Sha256::digest(token.nonce.as_bytes()).to_vec()
}

/// An insertion for the address `$1` which, where it adds a row, forgets the oldest of the address
/// beyond [`KEPT`]. The deletion does not see the new row, so it leaves one less.
fn keeping_the_newest(insertion: &str) -> String {
    format!(
        "WITH noted AS ({insertion} RETURNING id) \
         DELETE FROM signup_attempts WHERE id IN ( \
           SELECT id FROM signup_attempts WHERE email = $1 AND EXISTS (SELECT FROM noted) \
           ORDER BY begun_at DESC, id DESC OFFSET {KEPT} - 1)"
    )
}

/// Notes that a ceremony begins, and forgets the oldest of the address beyond [`KEPT`]. The caller
/// holds the lock on the e-mail.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn insert(
    connection: &mut Connection,
    token: &BootstrapToken,
    agent: UserAgent,
) -> Result<(), DbError> {
    let insert = keeping_the_newest(
        "INSERT INTO signup_attempts (email, nonce_sha256, browser, platform) \
         VALUES ($1, $2, $3, $4)",
    );
    sql_query(insert)
        .bind::<Text, _>(token.email.as_str())
        .bind::<Bytea, _>(nonce_sha256(token))
        .bind::<Text, _>(agent.browser.as_str())
        .bind::<Text, _>(agent.platform.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that the newest attempt of the token made a passkey. A refusal that another request was
/// told of the same attempt is no longer how it ended.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn complete(connection: &mut Connection, token: &BootstrapToken) -> Result<(), DbError> {
    let complete = format!(
        "UPDATE signup_attempts \
         SET completed_at = clock_timestamp(), failed_at = NULL, failure = NULL \
         WHERE id = ({NEWEST_OF_THE_TOKEN})"
    );
    sql_query(complete)
        .bind::<Text, _>(token.email.as_str())
        .bind::<Bytea, _>(nonce_sha256(token))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that verify-with-token refused the newest attempt of the token. The first refusal stays:
/// after it the challenge is consumed, and each later one would only say that. What completed did
/// not fail.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn fail(
    connection: &mut Connection,
    token: &BootstrapToken,
    reason: FailureReason,
) -> Result<(), DbError> {
    let fail = format!(
        "UPDATE signup_attempts SET failed_at = clock_timestamp(), failure = $3 \
         WHERE id = ({NEWEST_OF_THE_TOKEN}) AND completed_at IS NULL AND failed_at IS NULL"
    );
    sql_query(fail)
        .bind::<Text, _>(token.email.as_str())
        .bind::<Bytea, _>(nonce_sha256(token))
        .bind::<Text, _>(reason.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes how the newest attempt of the token ended in the browser, unless that is known already or
/// it made a passkey: what comes late or twice is about no other attempt. The caller holds the lock
/// on the e-mail.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn report(
    connection: &mut Connection,
    token: &BootstrapToken,
    error: ClientError,
    elapsed_ms: i32,
) -> Result<(), DbError> {
    let report = format!(
        "UPDATE signup_attempts \
         SET reported_at = clock_timestamp(), client_error = $3, elapsed_ms = $4 \
         WHERE id = ({NEWEST_OF_THE_TOKEN}) AND reported_at IS NULL AND completed_at IS NULL"
    );
    sql_query(report)
        .bind::<Text, _>(token.email.as_str())
        .bind::<Bytea, _>(nonce_sha256(token))
        .bind::<Text, _>(error.as_str())
        .bind::<Integer, _>(elapsed_ms)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that somebody with this token opened the page in a browser that has no passkeys: it ends
/// before it begins. Once a token is enough. The caller holds the lock on the e-mail.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn never_begun(
    connection: &mut Connection,
    token: &BootstrapToken,
    agent: UserAgent,
) -> Result<(), DbError> {
    let insert = keeping_the_newest(
        "INSERT INTO signup_attempts \
           (email, nonce_sha256, browser, platform, reported_at, client_error, elapsed_ms) \
         VALUES ($1, $2, $3, $4, clock_timestamp(), 'PasskeysUnavailable', 0) \
         ON CONFLICT (nonce_sha256) WHERE client_error = 'PasskeysUnavailable' DO NOTHING",
    );
    sql_query(insert)
        .bind::<Text, _>(token.email.as_str())
        .bind::<Bytea, _>(nonce_sha256(token))
        .bind::<Text, _>(agent.browser.as_str())
        .bind::<Text, _>(agent.platform.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// The columns that an operator is shown.
#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts)]
struct Row {
    begun_at: DateTime<Utc>,
    browser: String,
    platform: String,
    completed_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
    failure: Option<String>,
    reported_at: Option<DateTime<Utc>>,
    client_error: Option<String>,
    elapsed_ms: Option<i32>,
}

/// The newest [`KEPT`] attempts of an address, newest first.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn newest(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Vec<SignupAttempt>, DbError> {
    let rows: Vec<Row> = attempts::table
        .filter(attempts::email.eq(email.as_str()))
        .order((attempts::begun_at.desc(), attempts::id.desc()))
        .limit(KEPT)
        .select(Row::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// A refusal and a report are whole or not there, by the table's constraints.
fn read(row: Row) -> SignupAttempt {
    let failed = row.failed_at.zip(row.failure);
    let reported = row.reported_at.zip(row.client_error).zip(row.elapsed_ms);
    SignupAttempt {
        begun_at: row.begun_at,
        browser: Browser::named(&row.browser),
        platform: Platform::named(&row.platform),
        completed_at: row.completed_at,
        failed: failed
            .map(|(at, reason)| CeremonyFailure { at, reason: FailureReason::named(&reason) }),
        reported: reported.map(|((at, error), elapsed_ms)| CeremonyReport {
            at,
            error: ClientError::named(&error),
            elapsed_ms: i64::from(elapsed_ms),
        }),
    }
}

/// Forgets the attempts of `email` that were begun by `until`, and says how many.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn forget(
    connection: &mut Connection,
    email: &EmailAddress,
    until: DateTime<Utc>,
) -> Result<usize, DbError> {
    let begun = attempts::table
        .filter(attempts::email.eq(email.as_str()))
        .filter(attempts::begun_at.le(until));
    Ok(diesel::delete(begun).execute(connection).await?)
}

/// Removes some of the attempts of 90 days ago, and says how many.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn sweep(connection: &mut Connection) -> Result<usize, DbError> {
    let swept = sql_query(
        "DELETE FROM signup_attempts WHERE id IN ( \
           SELECT id FROM signup_attempts WHERE begun_at < now() - interval '90 days' \
           ORDER BY begun_at LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    );
    Ok(swept.execute(connection).await?)
}
