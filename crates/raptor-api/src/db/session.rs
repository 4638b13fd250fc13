//! `customer_sessions`: one row a sign-in.

use chrono::{DateTime, Utc};
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Bytea, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use ghost_contracts::raptor::{Browser, Platform};
use ghost_contracts::session::SessionEntry;
use service_kit::db::{Connection, DbError};
use service_kit::user_agent::UserAgent;
use uuid::Uuid;

use crate::schema::customer_sessions as sessions;

/// A live session and whose it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct SessionRow {
    /// Whose.
    #[diesel(sql_type = BigInt)]
    pub user_id: i64,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The nearer of its two ends.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// The database's time.
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct ListedRow {
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

#[derive(QueryableByName)]
struct EndedRow {
    #[diesel(sql_type = Bool)]
    current: bool,
}

/// Makes a session that ends 14 days from now.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn insert(
    connection: &mut Connection,
    user_id: i64,
    id_sha256: &[u8],
    agent: UserAgent,
) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::user_id.eq(user_id),
            sessions::id_sha256.eq(id_sha256),
            sessions::browser.eq(agent.browser.as_str()),
            sessions::platform.eq(agent.platform.as_str()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Uses a live session: its idle end moves to 14 days from now, never beyond 90 days after the
/// sign-in. `None` where there is none, it is revoked or over.
///
/// The account's row is held against deletion first. Otherwise a ghost reset could look at the
/// session in the moment in which it is over, and delete what is renewed here.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn renew(
    connection: &mut Connection,
    id_sha256: &[u8],
) -> Result<Option<SessionRow>, DbError> {
    let renewed = sql_query(
        "WITH owner AS MATERIALIZED ( \
           SELECT u.id, u.email FROM customer_sessions s JOIN users u ON u.id = s.user_id \
           WHERE s.id_sha256 = $1 AND s.revoked_at IS NULL AND s.expires_at > now() \
           FOR KEY SHARE OF u) \
         UPDATE customer_sessions s SET last_seen_at = now(), \
           expires_at = LEAST(now() + interval '14 days', s.created_at + interval '90 days') \
         FROM owner WHERE s.user_id = owner.id AND s.id_sha256 = $1 \
           AND s.revoked_at IS NULL AND s.expires_at > now() \
         RETURNING s.user_id, owner.email, s.expires_at, now() AS now",
    );
    Ok(renewed.bind::<Bytea, _>(id_sha256).get_result(connection).await.optional()?)
}

/// Ends a session, where it is live, and says whose it was. `None` where nothing was ended.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn revoke(connection: &mut Connection, id_sha256: &[u8]) -> Result<Option<i64>, DbError> {
    let live = sessions::table
        .filter(sessions::id_sha256.eq(id_sha256))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(dsl::now));
    let revoked = diesel::update(live).set(sessions::revoked_at.eq(dsl::now));
    Ok(revoked.returning(sessions::user_id).get_result(connection).await.optional()?)
}

/// The live sessions of a person, the last used first, at most 100; `current` is the one of that
/// id.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn list(
    connection: &mut Connection,
    user_id: i64,
    current_sha256: &[u8],
) -> Result<Vec<SessionEntry>, DbError> {
    let rows = sql_query(
        "SELECT public_id, browser, platform, created_at, last_seen_at, expires_at, \
                id_sha256 = $2 AS current \
         FROM customer_sessions \
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() \
         ORDER BY last_seen_at DESC, id DESC LIMIT 100",
    );
    let rows = rows.bind::<BigInt, _>(user_id).bind::<Bytea, _>(current_sha256);
    let rows: Vec<ListedRow> = rows.load(connection).await?;
    Ok(rows.into_iter().map(SessionEntry::from).collect())
}

impl From<ListedRow> for SessionEntry {
    fn from(row: ListedRow) -> Self {
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

/// Ends the live session of a person that is listed under that id, and says whether it is the one
/// of `current_sha256`. `None` where there is none.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn revoke_named(
    connection: &mut Connection,
    user_id: i64,
    public_id: Uuid,
    current_sha256: &[u8],
) -> Result<Option<bool>, DbError> {
    let revoked = sql_query(
        "UPDATE customer_sessions SET revoked_at = now() \
         WHERE user_id = $1 AND public_id = $2 AND revoked_at IS NULL AND expires_at > now() \
         RETURNING id_sha256 = $3 AS current",
    );
    let revoked = revoked.bind::<BigInt, _>(user_id).bind::<SqlUuid, _>(public_id);
    let revoked = revoked.bind::<Bytea, _>(current_sha256);
    let row: Option<EndedRow> = revoked.get_result(connection).await.optional()?;
    Ok(row.map(|row| row.current))
}

/// Keeps a session from being ended until the transaction does, and says whether it is live.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn hold(connection: &mut Connection, id_sha256: &[u8]) -> Result<bool, DbError> {
    let live = sessions::table
        .filter(sessions::id_sha256.eq(id_sha256))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(dsl::now))
        .select(sessions::id)
        .for_no_key_update();
    Ok(live.first::<i64>(connection).await.optional()?.is_some())
}

/// Ends every live session of a person but the one of `current_sha256`, and says how many.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn revoke_others(
    connection: &mut Connection,
    user_id: i64,
    current_sha256: &[u8],
) -> Result<usize, DbError> {
    let revoked = sql_query(
        "UPDATE customer_sessions SET revoked_at = now() \
         WHERE user_id = $1 AND id_sha256 <> $2 AND revoked_at IS NULL AND expires_at > now()",
    );
    let revoked = revoked.bind::<BigInt, _>(user_id).bind::<Bytea, _>(current_sha256);
    Ok(revoked.execute(connection).await?)
}

/// Removes some of the sessions that ended 30 days ago, and says how many.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn sweep(connection: &mut Connection) -> Result<usize, DbError> {
    let swept = sql_query(
        "DELETE FROM customer_sessions WHERE id IN ( \
           SELECT id FROM customer_sessions WHERE expires_at < now() - interval '30 days' \
           ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    );
    Ok(swept.execute(connection).await?)
}
