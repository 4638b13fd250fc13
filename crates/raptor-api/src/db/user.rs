//! `users`: one row an account.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::schema::{backup_codes, users};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Its id.
    pub id: i64,
    /// What authenticators know it by: random, so that it tells nothing.
    pub webauthn_user_handle: Uuid,
    /// When its first ceremony began.
    pub created_at: DateTime<Utc>,
}

/// Takes the lock on an e-mail address until the transaction ends, whether there is an account
/// or not: the first step of the lock order.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn lock_email(connection: &mut Connection, email: &EmailAddress) -> Result<(), DbError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(email.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Locks the row of an account against being changed, deleted or referred to anew: the second
/// step of the lock order, a statement by itself.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn lock(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Option<User>, DbError> {
    let row = users::table
        .filter(users::email.eq(email.as_str()))
        .select(User::as_select())
        .for_update()
        .first(connection)
        .await;
    Ok(row.optional()?)
}

/// Keeps the row of an account from being deleted until the transaction ends, and says whether
/// it is still there.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn keep(connection: &mut Connection, id: i64) -> Result<bool, DbError> {
    let row = users::table.find(id).select(users::id).for_key_share();
    Ok(row.first::<i64>(connection).await.optional()?.is_some())
}

/// Locks the row of an account against whoever takes the same lock, and against being changed or
/// deleted; others may go on referring to it. Says whether it is still there.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn hold(connection: &mut Connection, id: i64) -> Result<bool, DbError> {
    let row = users::table.find(id).select(users::id).for_no_key_update();
    Ok(row.first::<i64>(connection).await.optional()?.is_some())
}

/// The account of an e-mail address.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn find_by_email(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Option<User>, DbError> {
    let row = users::table.filter(users::email.eq(email.as_str())).select(User::as_select());
    Ok(row.first(connection).await.optional()?)
}

/// Makes the row of an account. The caller holds the lock on the e-mail and has seen that there
/// is none.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn insert(connection: &mut Connection, email: &EmailAddress) -> Result<User, DbError> {
    let row = diesel::insert_into(users::table)
        .values(users::email.eq(email.as_str()))
        .returning(User::as_returning());
    Ok(row.get_result(connection).await?)
}

/// Deletes the row of an account, and with it by cascade whatever refers to it. Says whether it
/// was there.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn delete(connection: &mut Connection, id: i64) -> Result<bool, DbError> {
    Ok(diesel::delete(users::table.find(id)).execute(connection).await? == 1)
}

/// How many recovery codes an account has.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn count_backup_codes(connection: &mut Connection, id: i64) -> Result<i64, DbError> {
    let of_user = backup_codes::table.filter(backup_codes::customer_id.eq(id));
    Ok(of_user.count().get_result(connection).await?)
}
