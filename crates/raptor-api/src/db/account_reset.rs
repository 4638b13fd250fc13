//! `account_resets`: when an e-mail address was last reset.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError};

use crate::schema::account_resets;

/// Notes that `email` was reset now. "Now" is after the lock was granted: a token made while the
/// transaction waited for it is an old one too.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn record(connection: &mut Connection, email: &EmailAddress) -> Result<(), DbError> {
    let now = || sql::<Timestamptz>("clock_timestamp()");
    diesel::insert_into(account_resets::table)
        .values((account_resets::email.eq(email.as_str()), account_resets::reset_at.eq(now())))
        .on_conflict(account_resets::email)
        .do_update()
        .set(account_resets::reset_at.eq(now()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether `email` was reset after the second `issued_at` (Unix): what was issued then is void.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn is_after(
    connection: &mut Connection,
    email: &EmailAddress,
    issued_at: i64,
) -> Result<bool, DbError> {
    let later = sql::<Bool>("floor(extract(epoch FROM reset_at)) > ").bind::<BigInt, _>(issued_at);
    let found = account_resets::table.find(email.as_str()).select(later);
    Ok(found.first(connection).await.optional()?.unwrap_or(false))
}

/// Forgets that `email` was reset by `until`, and says of how many resets.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn forget(
    connection: &mut Connection,
    email: &EmailAddress,
    until: DateTime<Utc>,
) -> Result<usize, DbError> {
    let reset = account_resets::table.find(email.as_str());
    let reset = reset.filter(account_resets::reset_at.le(until));
    Ok(diesel::delete(reset).execute(connection).await?)
}
