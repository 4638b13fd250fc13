//! `bootstrap_token_uses`: the nonces of tokens that made a passkey.

use chrono::{DateTime, Utc};
use diesel::dsl::{now, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError};

use crate::domain::bootstrap_token::BootstrapToken;
use crate::schema::bootstrap_token_uses as uses;

/// The database's time: what the `iat` of a token is.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn time(connection: &mut Connection) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::select(now.into_sql::<Timestamptz>()).get_result(connection).await?)
}

/// Asks whether the database takes writes: a replica, or one that was set to be read only, answers
/// too, but no token can be made with it.
///
/// # Errors
///
/// [`DbError::Unavailable`] where it takes none, and where it refuses or is away.
pub async fn check_writable(connection: &mut Connection) -> Result<(), DbError> {
    let read_only = sql::<Bool>("current_setting('transaction_read_only')::boolean");
    if diesel::select(read_only).get_result(connection).await? {
        return Err(DbError::Unavailable("the database is read only".to_owned()));
    }
    Ok(())
}

/// Whether the token was used.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn is_used(connection: &mut Connection, token: &BootstrapToken) -> Result<bool, DbError> {
    let found = uses::table.find(&token.nonce).select(uses::nonce);
    Ok(found.first::<String>(connection).await.optional()?.is_some())
}

/// Marks the token as used and says whether this was the first time: the primary key decides.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn use_up(connection: &mut Connection, token: &BootstrapToken) -> Result<bool, DbError> {
    let expires_at = sql::<Timestamptz>("to_timestamp(").bind::<BigInt, _>(token.expires_at);
    let stored = diesel::insert_into(uses::table)
        .values((
            uses::nonce.eq(&token.nonce),
            uses::email.eq(token.email.as_str()),
            uses::expires_at.eq(expires_at.sql(")")),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(stored == 1)
}

/// Forgets the tokens of `email` that were used by `until`, and says how many.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn forget(
    connection: &mut Connection,
    email: &EmailAddress,
    until: DateTime<Utc>,
) -> Result<usize, DbError> {
    let used = uses::table.filter(uses::email.eq(email.as_str())).filter(uses::used_at.le(until));
    Ok(diesel::delete(used).execute(connection).await?)
}

/// Removes uses of tokens whose life is long over, and says how many. An hour later, for the
/// clock that judges a token's life is not the database's.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn sweep(connection: &mut Connection) -> Result<usize, DbError> {
    let over = sql::<Bool>("expires_at < now() - interval '1 hour'");
    Ok(diesel::delete(uses::table.filter(over)).execute(connection).await?)
}
