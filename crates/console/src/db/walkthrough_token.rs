//! `beta_walkthrough_tokens`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::db::tester::{self, unreadable};
use crate::domain::tester::{Tester, TesterId};
use crate::domain::walkthrough_token::{KEPT, TokenId, WalkthroughToken};
use crate::schema::beta_walkthrough_tokens as tokens;

#[derive(Queryable, QueryableByName)]
#[diesel(table_name = tokens)]
struct Row {
    id: i64,
    tester_email: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    first_opened_at: Option<DateTime<Utc>>,
    consumed_at: Option<DateTime<Utc>>,
    consume_attempt_id: Option<Uuid>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for WalkthroughToken {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: TokenId(row.id),
            tester_email: EmailAddress::parse(&row.tester_email).map_err(unreadable)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            first_opened_at: row.first_opened_at,
            consumed_at: row.consumed_at,
            consume_attempt_id: row.consume_attempt_id,
            revoked_at: row.revoked_at,
        })
    }
}

/// The token that a tester has after [`keep_or_mint`].
#[derive(Debug, Clone)]
pub struct Minted {
    /// The one unrevoked token.
    pub token: WalkthroughToken,
    /// Whether it was there before.
    pub kept: bool,
}

/// Locks the tester's row until the transaction ends; [`keep_or_mint`] and whoever decides by a
/// tester's tokens needs that first.
///
/// # Errors
/// Where the database is away.
pub async fn lock_tester(
    connection: &mut Connection,
    id: TesterId,
) -> Result<Option<Tester>, DbError> {
    tester::lock(connection, id).await
}

/// Gives the tester exactly one unrevoked token (section 8 of the contracts, step 7): one that is
/// live and was minted within the last 60 s is kept; every other, spent and expired ones too, is
/// revoked; where none was kept, one is minted.
///
/// In the caller's transaction, after [`lock_tester`]. The times are read after that lock was
/// waited for: `now()` would be the transaction's start.
///
/// # Errors
/// Where the database is away.
pub async fn keep_or_mint(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Minted, DbError> {
    let recent = recent_live(connection, email).await?;
    let kept = recent.as_ref().map(|token| token.id);
    diesel::sql_query(
        "UPDATE beta_walkthrough_tokens SET revoked_at = clock_timestamp() \
         WHERE tester_email = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2",
    )
    .bind::<Text, _>(email.as_str())
    .bind::<Nullable<BigInt>, _>(kept.map(|id| id.0))
    .execute(connection)
    .await?;
    match recent {
        Some(token) => Ok(Minted { token, kept: true }),
        None => Ok(Minted { token: mint(connection, email).await?, kept: false }),
    }
}

/// Locks it too: a consumption that came first is waited for and then seen.
async fn recent_live(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Option<WalkthroughToken>, DbError> {
    let row: Option<Row> = diesel::sql_query(
        "SELECT * FROM beta_walkthrough_tokens \
         WHERE tester_email = $1 AND revoked_at IS NULL AND consumed_at IS NULL \
           AND expires_at > clock_timestamp() \
           AND created_at > clock_timestamp() - $2 * interval '1 second' \
         FOR UPDATE",
    )
    .bind::<Text, _>(email.as_str())
    .bind::<BigInt, _>(KEPT.num_seconds())
    .get_result(connection)
    .await
    .optional()?;
    row.map(WalkthroughToken::try_from).transpose()
}

async fn mint(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<WalkthroughToken, DbError> {
    let row: Row = diesel::sql_query(
        "INSERT INTO beta_walkthrough_tokens (tester_email, created_at, expires_at) \
         SELECT $1, minted.at, minted.at + interval '14 days' \
         FROM (SELECT clock_timestamp() AS at) AS minted \
         RETURNING *",
    )
    .bind::<Text, _>(email.as_str())
    .get_result(connection)
    .await?;
    row.try_into()
}

/// The tester's newest token.
///
/// # Errors
/// Where the database is away.
pub async fn newest(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Option<WalkthroughToken>, DbError> {
    let row: Option<Row> = tokens::table
        .filter(tokens::tester_email.eq(email.as_str()))
        .order(tokens::id.desc())
        .first(connection)
        .await
        .optional()?;
    row.map(WalkthroughToken::try_from).transpose()
}

/// The newest token of each of these addresses that has one.
///
/// # Errors
/// Where the database is away.
pub async fn newest_of(
    connection: &mut Connection,
    emails: &[&str],
) -> Result<Vec<WalkthroughToken>, DbError> {
    let rows: Vec<Row> = tokens::table
        .filter(tokens::tester_email.eq_any(emails))
        .distinct_on(tokens::tester_email)
        .order((tokens::tester_email, tokens::id.desc()))
        .load(connection)
        .await?;
    rows.into_iter().map(WalkthroughToken::try_from).collect()
}

/// All tokens of a tester, newest first, at most 100.
///
/// # Errors
/// Where the database is away.
pub async fn all(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Vec<WalkthroughToken>, DbError> {
    let rows: Vec<Row> = tokens::table
        .filter(tokens::tester_email.eq(email.as_str()))
        .order(tokens::id.desc())
        .limit(100)
        .load(connection)
        .await?;
    rows.into_iter().map(WalkthroughToken::try_from).collect()
}

/// The token of that id.
///
/// # Errors
/// Where the database is away.
pub async fn by_id(
    connection: &mut Connection,
    id: TokenId,
) -> Result<Option<WalkthroughToken>, DbError> {
    let row: Option<Row> = tokens::table.find(id.0).first(connection).await.optional()?;
    row.map(WalkthroughToken::try_from).transpose()
}

/// Locks the token's row until the transaction ends and reads it under the lock.
///
/// # Errors
/// Where the database is away.
pub async fn lock(
    connection: &mut Connection,
    id: TokenId,
) -> Result<Option<WalkthroughToken>, DbError> {
    let row: Option<Row> =
        tokens::table.find(id.0).for_update().first(connection).await.optional()?;
    row.map(WalkthroughToken::try_from).transpose()
}

/// Notes that the link was looked at, once.
///
/// # Errors
/// Where the database is away.
pub async fn note_opened(connection: &mut Connection, id: TokenId) -> Result<(), DbError> {
    diesel::update(tokens::table.find(id.0).filter(tokens::first_opened_at.is_null()))
        .set(tokens::first_opened_at.eq(diesel::dsl::now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Spends the token, after [`lock`].
///
/// # Errors
/// Where the database is away.
pub async fn consume(
    connection: &mut Connection,
    id: TokenId,
    attempt: Option<Uuid>,
) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE beta_walkthrough_tokens \
         SET consumed_at = clock_timestamp(), consume_attempt_id = $2, \
             first_opened_at = coalesce(first_opened_at, clock_timestamp()) \
         WHERE id = $1",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<Nullable<diesel::sql_types::Uuid>, _>(attempt)
    .execute(connection)
    .await?;
    Ok(())
}
