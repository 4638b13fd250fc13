//! `admins`.

use std::collections::HashMap;

use diesel::dsl::{exists, now};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, select,
    sql_query,
};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::domain::admin::Admin;
use crate::domain::permission::Role;
use crate::schema::{admin_passkeys, admins};

/// What is known of somebody who was invited before.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Known {
    /// The row's id.
    pub id: Uuid,
    /// The role it holds, revoked or not.
    pub role: String,
    /// Whether it is revoked.
    pub revoked: bool,
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    left: bool,
}

type Row = (Uuid, String, String, bool);

fn admin((id, email, role, enrolled): Row) -> Option<Admin> {
    // A CHECK keeps every other text out of the column.
    Some(Admin { id, email, role: role.parse().ok()?, enrolled })
}

/// The addresses of all, revoked or not, by their ids as text: what the audit log's actors are
/// called.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn names(connection: &mut Connection) -> Result<HashMap<String, String>, DbError> {
    let rows = admins::table.select((admins::id, admins::email));
    let rows: Vec<(Uuid, String)> = rows.load(connection).await?;
    Ok(rows.into_iter().map(|(id, email)| (id.to_string(), email)).collect())
}

/// One of them; `None` also for one who is revoked.
///
/// # Errors
/// As [`names`].
pub async fn find(connection: &mut Connection, id: Uuid) -> Result<Option<Admin>, DbError> {
    let passkey = admin_passkeys::table.filter(admin_passkeys::admin_id.eq(admins::id));
    let row: Option<Row> = admins::table
        .filter(admins::id.eq(id).and(admins::revoked_at.is_null()))
        .select((admins::id, admins::email, admins::role, exists(passkey)))
        .first(connection)
        .await
        .optional()?;
    Ok(row.and_then(admin))
}

/// Locks every superadmin who is not revoked, in one order for all.
///
/// # Errors
/// As [`names`].
pub async fn lock_superadmins(connection: &mut Connection) -> Result<(), DbError> {
    admins::table
        .filter(admins::role.eq(Role::Superadmin.as_str()).and(admins::revoked_at.is_null()))
        .order(admins::id)
        .select(admins::id)
        .for_update()
        .load::<Uuid>(connection)
        .await?;
    Ok(())
}

/// Locks one operator and says whether there is one who is not revoked. What the row says is
/// asked in a new statement, after the lock.
///
/// # Errors
/// As [`names`].
pub async fn lock(connection: &mut Connection, id: Uuid) -> Result<bool, DbError> {
    let row = admins::table
        .filter(admins::id.eq(id).and(admins::revoked_at.is_null()))
        .select(admins::id)
        .for_update();
    Ok(row.first::<Uuid>(connection).await.optional()?.is_some())
}

/// Locks the row of an address, revoked or not.
///
/// # Errors
/// As [`names`].
pub async fn lock_by_email(
    connection: &mut Connection,
    email: &str,
) -> Result<Option<Known>, DbError> {
    let row = admins::table
        .filter(admins::email.eq(email))
        .select((admins::id, admins::role, admins::revoked_at.is_not_null()))
        .for_update();
    Ok(row.first(connection).await.optional()?)
}

/// Adds an operator; `None` where the address is known.
///
/// # Errors
/// As [`names`].
pub async fn add(
    connection: &mut Connection,
    email: &str,
    role: Role,
) -> Result<Option<Uuid>, DbError> {
    let row = diesel::insert_into(admins::table)
        .values((admins::email.eq(email), admins::role.eq(role.as_str())))
        .on_conflict(admins::email)
        .do_nothing()
        .returning(admins::id);
    Ok(row.get_result(connection).await.optional()?)
}

/// Whether they have a passkey.
///
/// # Errors
/// As [`names`].
pub async fn is_enrolled(connection: &mut Connection, id: Uuid) -> Result<bool, DbError> {
    let passkey = admin_passkeys::table.filter(admin_passkeys::admin_id.eq(id));
    Ok(select(exists(passkey)).get_result(connection).await?)
}

/// Whether a superadmin besides `id` can act: has a passkey, or a live session.
///
/// # Errors
/// As [`names`].
pub async fn another_superadmin(connection: &mut Connection, id: Uuid) -> Result<bool, DbError> {
    let found = sql_query(
        "SELECT EXISTS ( \
           SELECT FROM admins AS other \
           WHERE other.role = 'superadmin' AND other.revoked_at IS NULL AND other.id <> $1 \
             AND (EXISTS (SELECT FROM admin_passkeys AS passkey \
                          WHERE passkey.admin_id = other.id) \
               OR EXISTS (SELECT FROM admin_sessions AS session \
                          WHERE session.admin_id = other.id AND session.revoked_at IS NULL \
                            AND session.expires_at > clock_timestamp()))) AS left",
    );
    let found: Left = found.bind::<diesel::sql_types::Uuid, _>(id).get_result(connection).await?;
    Ok(found.left)
}

/// Gives the row a role.
///
/// # Errors
/// As [`names`].
pub async fn set_role(connection: &mut Connection, id: Uuid, role: Role) -> Result<(), DbError> {
    let row = diesel::update(admins::table.find(id)).set(admins::role.eq(role.as_str()));
    row.execute(connection).await?;
    Ok(())
}

/// Gives the row a role and takes a revocation back.
///
/// # Errors
/// As [`names`].
pub async fn reinstate(connection: &mut Connection, id: Uuid, role: Role) -> Result<(), DbError> {
    diesel::update(admins::table.find(id))
        .set((
            admins::role.eq(role.as_str()),
            admins::revoked_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Revokes the row.
///
/// # Errors
/// As [`names`].
pub async fn revoke(connection: &mut Connection, id: Uuid) -> Result<(), DbError> {
    let row = diesel::update(admins::table.find(id)).set(admins::revoked_at.eq(now));
    row.execute(connection).await?;
    Ok(())
}

/// Removes an operator's passkeys.
///
/// # Errors
/// As [`names`].
pub async fn forget_passkeys(connection: &mut Connection, id: Uuid) -> Result<(), DbError> {
    let passkeys = admin_passkeys::table.filter(admin_passkeys::admin_id.eq(id));
    diesel::delete(passkeys).execute(connection).await?;
    Ok(())
}
