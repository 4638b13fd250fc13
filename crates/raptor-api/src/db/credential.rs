//! `webauthn_credentials`: one row a passkey.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};
use service_kit::passkey::{Assertion, NewPasskey, StoredPasskey};
use uuid::Uuid;

use crate::schema::{users, webauthn_credentials as credentials};

/// The constraint that says a credential id belongs to someone.
pub const CREDENTIAL_ID_KEY: &str = "webauthn_credentials_credential_id_key";

/// A passkey and whose it is.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its row.
    pub id: i64,
    /// Its owner.
    pub user_id: i64,
    /// What the ceremony needs.
    pub stored: StoredPasskey,
}

/// Stores a new passkey.
///
/// # Errors
///
/// A violated [`CREDENTIAL_ID_KEY`] or foreign key, and where the database is away.
pub async fn insert(
    connection: &mut Connection,
    user_id: i64,
    passkey: &NewPasskey,
) -> Result<(), DbError> {
    diesel::insert_into(credentials::table)
        .values((
            credentials::user_id.eq(user_id),
            credentials::credential_id.eq(&passkey.credential_id),
            credentials::passkey.eq(&passkey.passkey),
            credentials::sign_count.eq(passkey.sign_count),
            credentials::transports.eq(&passkey.transports),
            credentials::backup_eligible.eq(passkey.backup_eligible),
            credentials::backed_up.eq(passkey.backed_up),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The passkey of that credential id.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn find(
    connection: &mut Connection,
    credential_id: &[u8],
) -> Result<Option<Credential>, DbError> {
    type Row = (i64, i64, serde_json::Value, i64, Uuid);
    let row: Option<Row> = credentials::table
        .inner_join(users::table)
        .filter(credentials::credential_id.eq(credential_id))
        .select((
            credentials::id,
            credentials::user_id,
            credentials::passkey,
            credentials::sign_count,
            users::webauthn_user_handle,
        ))
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(|(id, user_id, passkey, sign_count, user_handle)| Credential {
        id,
        user_id,
        stored: StoredPasskey { passkey, sign_count, user_handle },
    }))
}

/// Notes a sign-in and says whether its counter is good: greater than the stored one, unless
/// both are 0 (WebAuthn Level 3, section 7.2, step 22). The row's own value decides, so of two
/// sign-ins with one counter only the first succeeds.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn record_use(
    connection: &mut Connection,
    id: i64,
    assertion: &Assertion,
) -> Result<bool, DbError> {
    let new = assertion.sign_count;
    // Greater than the stored one; a new 0 is good where the stored one is 0, and no other is
    // less than 1.
    let good = credentials::sign_count.lt(new.max(1));
    let noted = diesel::update(credentials::table.find(id).filter(good))
        .set((
            credentials::sign_count.eq(new),
            credentials::backed_up.eq(assertion.backed_up),
            credentials::last_used_at.eq(diesel::dsl::now),
        ))
        .execute(connection)
        .await?;
    Ok(noted == 1)
}

/// How many passkeys an account has.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn count(connection: &mut Connection, user_id: i64) -> Result<i64, DbError> {
    let of_user = credentials::table.filter(credentials::user_id.eq(user_id));
    Ok(of_user.count().get_result(connection).await?)
}
