//! `admin_sessions`: an operator's sign-in, found by the SHA-256 of the cookie's id. Ends after 30
//! minutes idle and after 12 hours in all (section 2 of the contracts).

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    BigInt, Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{ExpressionMethods, OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use ghost_contracts::raptor::{Browser, Platform};
use ghost_contracts::session::SessionEntry;
use serde_json::Value;
use service_kit::db::{Connection, DbError};
use service_kit::user_agent::UserAgent;
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
    agent: UserAgent,
) -> Result<(), DbError> {
    diesel::insert_into(admin_sessions::table)
        .values((
            admin_sessions::admin_id.eq(admin_id),
            admin_sessions::id_sha256.eq(id_sha256),
            admin_sessions::browser.eq(agent.browser.as_str()),
            admin_sessions::platform.eq(agent.platform.as_str()),
        ))
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

/// The live sessions of an operator, as in [`renew`], the last used first, at most 100; `current`
/// is the row of the one that asks.
///
/// # Errors
/// As [`renew`].
pub async fn list(
    connection: &mut Connection,
    admin_id: Uuid,
    current: i64,
) -> Result<Vec<SessionEntry>, DbError> {
    let rows = sql_query(
        "SELECT public_id, browser, platform, created_at, last_seen_at, expires_at, \
                id = $2 AS current \
         FROM admin_sessions \
         WHERE admin_id = $1 AND revoked_at IS NULL AND expires_at > now() \
           AND created_at > now() - interval '12 hours' \
         ORDER BY last_seen_at DESC, id DESC LIMIT 100",
    );
    let rows = rows.bind::<SqlUuid, _>(admin_id).bind::<BigInt, _>(current);
    let rows: Vec<Listed> = rows.load(connection).await?;
    Ok(rows.into_iter().map(SessionEntry::from).collect())
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = SqlUuid)]
    public_id: Uuid,
    #[diesel(sql_type = Text)]
    browser: String,
    #[diesel(sql_type = Text)]
    platform: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_seen_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    current: bool,
}

impl From<Listed> for SessionEntry {
    fn from(row: Listed) -> Self {
        Self {
            session_id: row.public_id,
            browser: Browser::named(&row.browser),
            platform: Platform::named(&row.platform),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            current: row.current,
        }
    }
}

/// Ends the operator's live session that is listed under that id, and says whether there was one.
///
/// # Errors
/// As [`renew`].
pub async fn end_named(
    connection: &mut Connection,
    admin_id: Uuid,
    public_id: Uuid,
) -> Result<bool, DbError> {
    let session = sql_query(
        "UPDATE admin_sessions SET revoked_at = now() \
         WHERE admin_id = $1 AND public_id = $2 AND revoked_at IS NULL AND expires_at > now()",
    );
    let session = session.bind::<SqlUuid, _>(admin_id).bind::<SqlUuid, _>(public_id);
    Ok(session.execute(connection).await? > 0)
}

/// Ends the operator's live sessions but the row `current`, and says how many.
///
/// # Errors
/// As [`renew`].
pub async fn end_others(
    connection: &mut Connection,
    admin_id: Uuid,
    current: i64,
) -> Result<usize, DbError> {
    let sessions = sql_query(
        "UPDATE admin_sessions SET revoked_at = now() \
         WHERE admin_id = $1 AND id <> $2 AND revoked_at IS NULL AND expires_at > now()",
    );
    let sessions = sessions.bind::<SqlUuid, _>(admin_id).bind::<BigInt, _>(current);
    Ok(sessions.execute(connection).await?)
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
