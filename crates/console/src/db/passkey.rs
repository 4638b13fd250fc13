//! `admin_passkeys`.

use diesel::dsl::now;
use diesel::sql_types::{BigInt, Bool};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, sql_query,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use service_kit::db::{Connection, DbError};
use service_kit::passkey::{Assertion, NewPasskey};
use uuid::Uuid;

use crate::schema::{admin_passkeys, admins};

/// The constraint that keeps a credential id from belonging to two people.
pub const CREDENTIAL_KEY: &str = "admin_passkeys_credential_id_key";

/// A passkey and whose it is.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Known {
    /// The row's id.
    pub id: i64,
    /// Whose it is.
    pub admin_id: Uuid,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// What the authenticator knows them by.
    pub user_handle: Uuid,
    /// The library's own form.
    pub passkey: Value,
    /// The signature counter.
    pub sign_count: i64,
}

/// Finds a passkey of an operator who is not revoked.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn find(
    connection: &mut Connection,
    credential_id: &[u8],
) -> Result<Option<Known>, DbError> {
    let of = admins::id.eq(admin_passkeys::admin_id).and(admins::revoked_at.is_null());
    let row = admin_passkeys::table
        .inner_join(admins::table.on(of))
        .filter(admin_passkeys::credential_id.eq(credential_id))
        .select((
            admin_passkeys::id,
            admin_passkeys::admin_id,
            admins::email,
            admins::role,
            admins::webauthn_user_handle,
            admin_passkeys::passkey,
            admin_passkeys::sign_count,
        ));
    Ok(row.first(connection).await.optional()?)
}

/// The ids of an operator's passkeys.
///
/// # Errors
/// As [`find`].
pub async fn credential_ids(
    connection: &mut Connection,
    admin_id: Uuid,
) -> Result<Vec<Vec<u8>>, DbError> {
    let ids = admin_passkeys::table
        .filter(admin_passkeys::admin_id.eq(admin_id))
        .select(admin_passkeys::credential_id);
    Ok(ids.load(connection).await?)
}

/// Stores a new passkey.
///
/// # Errors
/// As [`find`]; [`CREDENTIAL_KEY`] where the id belongs to somebody.
pub async fn add(
    connection: &mut Connection,
    admin_id: Uuid,
    passkey: &NewPasskey,
) -> Result<(), DbError> {
    diesel::insert_into(admin_passkeys::table)
        .values((
            admin_passkeys::admin_id.eq(admin_id),
            admin_passkeys::credential_id.eq(&passkey.credential_id),
            admin_passkeys::passkey.eq(&passkey.passkey),
            admin_passkeys::sign_count.eq(passkey.sign_count),
            admin_passkeys::transports.eq(&passkey.transports),
            admin_passkeys::backup_eligible.eq(passkey.backup_eligible),
            admin_passkeys::backed_up.eq(passkey.backed_up),
            admin_passkeys::last_used_at.eq(now),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes a sign-in, and says whether its counter is still greater than the stored one (or both
/// are 0): of two sign-ins with the same counter one is a copy's (WebAuthn Level 3, section 7.2,
/// step 22).
///
/// # Errors
/// As [`find`].
pub async fn note_use(
    connection: &mut Connection,
    id: i64,
    assertion: &Assertion,
) -> Result<bool, DbError> {
    let noted = sql_query(
        "UPDATE admin_passkeys SET sign_count = $2, backed_up = $3, last_used_at = now() \
         WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) \
           AND (backup_eligible OR NOT $3)",
    )
    .bind::<BigInt, _>(id)
    .bind::<BigInt, _>(assertion.sign_count)
    .bind::<Bool, _>(assertion.backed_up);
    Ok(noted.execute(connection).await? == 1)
}
