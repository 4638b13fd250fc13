//! `admin_sessions`: an operator's sign-in, found by the SHA-256 of the cookie's id. Ends after 30
//! minutes idle and after 12 hours in all (section 2 of the contracts).

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Jsonb, Nullable, Text, Timestamptz};
use diesel::{ExpressionMethods, OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::schema::admin_sessions;

/// How long a browser keeps the cookie: no session lives longer.
pub const LIFE: std::time::Duration = std::time::Duration::from_secs(12 * 60 * 60);

/// A live session and whose it is.
#[derive(Debug, QueryableByName)]
pub struct Live {
    /// The row's id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The operator's id.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub admin_id: Uuid,
    /// The operator's address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The operator's role, now.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Its end, after this renewal.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// A message that waits for the next page.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub flash: Option<Value>,
}

/// Finds a live session of an operator who is not revoked, and renews it.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn renew(connection: &mut Connection, id_sha256: &[u8]) -> Result<Option<Live>, DbError> {
    let renewed = sql_query(
        "UPDATE admin_sessions AS session \
         SET last_seen_at = now(), \
             expires_at = LEAST(now() + interval '30 minutes', \
                                session.created_at + interval '12 hours') \
         FROM admins AS admin \
         WHERE session.id_sha256 = $1 AND session.revoked_at IS NULL \
           AND session.expires_at > now() \
           AND session.created_at > now() - interval '12 hours' \
           AND admin.id = session.admin_id AND admin.revoked_at IS NULL \
         RETURNING session.id, session.admin_id, admin.email, admin.role, session.expires_at, \
                   session.flash",
    );
    Ok(renewed.bind::<Binary, _>(id_sha256).get_result(connection).await.optional()?)
}

/// Begins a session.
///
/// # Errors
/// As [`renew`].
pub async fn begin(
    connection: &mut Connection,
    admin_id: Uuid,
    id_sha256: &[u8],
) -> Result<(), DbError> {
    diesel::insert_into(admin_sessions::table)
        .values((admin_sessions::admin_id.eq(admin_id), admin_sessions::id_sha256.eq(id_sha256)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the session of that cookie, and says whether there was one.
///
/// # Errors
/// As [`renew`].
pub async fn end(connection: &mut Connection, id_sha256: &[u8]) -> Result<bool, DbError> {
    let session = sql_query(
        "UPDATE admin_sessions SET revoked_at = now() WHERE id_sha256 = $1 AND revoked_at IS NULL",
    );
    Ok(session.bind::<Binary, _>(id_sha256).execute(connection).await? > 0)
}

/// Ends every session of an operator.
///
/// # Errors
/// As [`renew`].
pub async fn end_all(connection: &mut Connection, admin_id: Uuid) -> Result<(), DbError> {
    let sessions = sql_query(
        "UPDATE admin_sessions SET revoked_at = now() WHERE admin_id = $1 AND revoked_at IS NULL",
    );
    sessions.bind::<diesel::sql_types::Uuid, _>(admin_id).execute(connection).await?;
    Ok(())
}

/// Leaves a message for the session's next page, in place of an earlier one.
///
/// # Errors
/// As [`renew`].
pub async fn leave_flash(
    connection: &mut Connection,
    session_id: i64,
    flash: Value,
) -> Result<(), DbError> {
    let session = sql_query("UPDATE admin_sessions SET flash = $2 WHERE id = $1");
    session.bind::<BigInt, _>(session_id).bind::<Jsonb, _>(flash).execute(connection).await?;
    Ok(())
}

/// Forgets that message once it was shown. Another one that came in between stays.
///
/// # Errors
/// As [`renew`].
pub async fn forget_flash(
    connection: &mut Connection,
    session_id: i64,
    shown: &Value,
) -> Result<(), DbError> {
    let session = sql_query("UPDATE admin_sessions SET flash = NULL WHERE id = $1 AND flash = $2");
    session.bind::<BigInt, _>(session_id).bind::<Jsonb, _>(shown).execute(connection).await?;
    Ok(())
}

/// Removes sessions that ended a week ago and says how many.
///
/// # Errors
/// As [`renew`].
pub async fn sweep(connection: &mut Connection) -> Result<usize, DbError> {
    let swept =
        sql_query("DELETE FROM admin_sessions WHERE expires_at < now() - interval '7 days'");
    Ok(swept.execute(connection).await?)
}
