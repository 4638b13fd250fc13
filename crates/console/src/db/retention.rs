//! Rows that have outlived their purpose (`docs/retention.md` says of each table why it is here,
//! or why it is not).

use chrono::{DateTime, Utc};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

/// The advisory lock of whoever removes: two that remove at once would wait for each other's rows.
const LOCK: i64 = 0x5261_7872; // "Raxr"

/// Each table, and what is removed from it: what ended before `$1`. In this order, because a mail
/// names its invitation.
const SWEEPS: [(&str, &str); 6] = [
    (
        "mail_outbox",
        "DELETE FROM mail_outbox WHERE status <> 'pending' \
           AND greatest(created_at, last_attempt_at, accepted_at) < $1",
    ),
    (
        "mail_events",
        "DELETE FROM mail_events WHERE received_at < $1 AND NOT EXISTS ( \
           SELECT FROM mail_outbox AS mail \
           WHERE mail.provider_message_id = mail_events.provider_message_id)",
    ),
    // The newest invitation of a tester says whether they are a ghost.
    (
        "beta_walkthrough_tokens",
        "DELETE FROM beta_walkthrough_tokens AS token \
         WHERE greatest(revoked_at, consumed_at, expires_at) < $1 AND revoked_at IS NOT NULL \
           AND EXISTS (SELECT FROM beta_walkthrough_tokens AS later \
                       WHERE later.tester_email = token.tester_email AND later.id > token.id) \
           AND NOT EXISTS (SELECT FROM mail_outbox AS mail WHERE mail.token_id = token.id)",
    ),
    // What is of unknown outcome still shows as interrupted.
    (
        "beta_ghost_resets",
        "DELETE FROM beta_ghost_resets WHERE finished_at < $1 AND outcome <> 'unknown'",
    ),
    (
        "admin_enrolment_links",
        "DELETE FROM admin_enrolment_links WHERE greatest(expires_at, used_at, voided_at) < $1",
    ),
    // As long as somebody may read an operator's id, the row says whose it is.
    (
        "admins",
        "DELETE FROM admins WHERE revoked_at < $1 \
           AND NOT EXISTS (SELECT FROM audit_log WHERE actor = admins.id::text) \
           AND NOT EXISTS (SELECT FROM audit_log WHERE target_id = admins.id::text) \
           AND NOT EXISTS (SELECT FROM beta_ghost_resets WHERE actor = admins.id::text) \
           AND NOT EXISTS (SELECT FROM feature_flags WHERE updated_by = admins.id::text)",
    ),
];

/// Waits until nobody else removes, until the transaction ends.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn lock(connection: &mut Connection) -> Result<(), DbError> {
    let lock = sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(LOCK);
    lock.execute(connection).await?;
    Ok(())
}

/// Removes what ended before `until`; how many rows of each table, in the order of removal.
///
/// # Errors
/// As [`lock`].
pub async fn sweep(
    connection: &mut Connection,
    until: DateTime<Utc>,
) -> Result<Vec<(&'static str, usize)>, DbError> {
    // The first run may find years of it.
    sql_query("SET LOCAL statement_timeout = '10min'").execute(connection).await?;
    let mut removed = Vec::new();
    for (table, sweep) in SWEEPS {
        let rows = sql_query(sweep).bind::<Timestamptz, _>(until).execute(connection).await?;
        removed.push((table, rows));
    }
    Ok(removed)
}
