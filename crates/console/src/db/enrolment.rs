//! `admin_enrolment_links`: found by the SHA-256 of the link's token, live while neither used nor
//! voided nor older than 24 hours.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, sql_query,
};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::domain::enrolment::DeadLink;
use crate::schema::{admin_enrolment_links as links, admins};

/// A link that works, and whose it is.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct LiveLink {
    /// The link's id.
    pub id: i64,
    /// Whose it is.
    pub admin_id: Uuid,
    /// Their address.
    pub email: String,
    /// What they will be.
    pub role: String,
    /// What their authenticator will know them by.
    pub user_handle: Uuid,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Finds a live link of an operator who is not revoked.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn find_live(
    connection: &mut Connection,
    token_sha256: &[u8],
) -> Result<Option<LiveLink>, DbError> {
    let unspent = links::used_at.is_null().and(links::voided_at.is_null());
    let row = links::table
        .inner_join(admins::table.on(admins::id.eq(links::admin_id)))
        .filter(links::token_sha256.eq(token_sha256).and(unspent))
        .filter(links::expires_at.gt(now).and(admins::revoked_at.is_null()))
        .select((
            links::id,
            links::admin_id,
            admins::email,
            admins::role,
            admins::webauthn_user_handle,
            links::expires_at,
        ));
    Ok(row.first(connection).await.optional()?)
}

/// Why a link does not work: used, its operator revoked, replaced, in this order; `None` where
/// nobody was given it. One that is none of these has run out.
///
/// # Errors
/// As [`find_live`].
pub async fn fate(
    connection: &mut Connection,
    token_sha256: &[u8],
) -> Result<Option<DeadLink>, DbError> {
    let row = links::table
        .inner_join(admins::table.on(admins::id.eq(links::admin_id)))
        .filter(links::token_sha256.eq(token_sha256))
        .select((
            links::used_at.is_not_null(),
            admins::revoked_at.is_not_null(),
            links::voided_at.is_not_null(),
        ));
    let row: Option<(bool, bool, bool)> = row.first(connection).await.optional()?;
    Ok(row.map(|row| match row {
        (true, _, _) => DeadLink::Used,
        (_, true, _) => DeadLink::Revoked,
        (_, _, true) => DeadLink::Replaced,
        _ => DeadLink::Expired,
    }))
}

/// Adds a link; the one in the way must be voided first.
///
/// # Errors
/// As [`find_live`].
pub async fn issue(
    connection: &mut Connection,
    admin_id: Uuid,
    token_sha256: &[u8],
) -> Result<(), DbError> {
    diesel::insert_into(links::table)
        .values((links::admin_id.eq(admin_id), links::token_sha256.eq(token_sha256)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Voids the operator's unspent link, if there is one, an expired one too.
///
/// # Errors
/// As [`find_live`].
pub async fn void(connection: &mut Connection, admin_id: Uuid) -> Result<(), DbError> {
    let unspent = links::used_at.is_null().and(links::voided_at.is_null());
    diesel::update(links::table.filter(links::admin_id.eq(admin_id).and(unspent)))
        .set(links::voided_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Marks a link used and says whether it still was live.
///
/// # Errors
/// As [`find_live`].
pub async fn spend(connection: &mut Connection, id: i64) -> Result<bool, DbError> {
    let spent = sql_query(
        "UPDATE admin_enrolment_links SET used_at = clock_timestamp() \
         WHERE id = $1 AND used_at IS NULL AND voided_at IS NULL \
           AND expires_at > clock_timestamp()",
    );
    Ok(spent.bind::<BigInt, _>(id).execute(connection).await? == 1)
}
