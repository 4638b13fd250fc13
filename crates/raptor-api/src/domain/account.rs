//! What the operator's commands do with an account.

use ghost_contracts::EmailAddress;
use serde::Serialize;
use serde_json::json;
use service_kit::db::Connection;

use crate::db;
use crate::error::Error;
use crate::state::Accounts;

/// What `show-account` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// `users.id`.
    pub user_id: i64,
    /// Its address.
    pub email: EmailAddress,
    /// How many passkeys it has.
    pub credential_count: i64,
    /// How many recovery codes it has.
    pub recovery_code_count: i64,
}

/// What `delete-account` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Deleted {
    /// Rows of `webauthn_credentials`.
    pub deleted_credentials: i64,
    /// Rows of `users`.
    pub deleted_users: usize,
}

/// The address of a smoke account: `smoke-test+…@` the domain of smoke accounts. Only such an
/// account can be deleted by a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmokeAddress(EmailAddress);

impl SmokeAddress {
    /// The address, where it is one.
    #[must_use]
    pub fn of(email: &EmailAddress, domain: &str) -> Option<Self> {
        email.is_smoke_account(domain).then(|| Self(email.clone()))
    }
}

/// The account of `email`, where there is one.
///
/// # Errors
///
/// Where the database is away.
pub async fn show(
    accounts: &Accounts,
    email: &EmailAddress,
) -> Result<Option<AccountSummary>, Error> {
    let mut connection = accounts.pool.get().await?;
    let Some(user) = db::user::find_by_email(&mut connection, email).await? else {
        return Ok(None);
    };
    Ok(Some(AccountSummary {
        user_id: user.id,
        email: email.clone(),
        credential_count: db::credential::count(&mut connection, user.id).await?,
        recovery_code_count: db::user::count_backup_codes(&mut connection, user.id).await?,
    }))
}

/// Deletes the account of a smoke test and whatever else Raptor keeps for its address, and
/// audits that as `cli`.
///
/// # Errors
///
/// [`Error::AuditWriteFailed`], and where the database is away: then nothing was deleted.
pub async fn delete_smoke(
    accounts: &Accounts,
    SmokeAddress(email): &SmokeAddress,
) -> Result<Deleted, Error> {
    let work = async |connection: &mut Connection| {
        let mut deleted = Deleted::default();
        let user = db::user::lock(connection, email).await?;
        if let Some(user) = &user {
            deleted.deleted_credentials = db::credential::count(connection, user.id).await?;
            deleted.deleted_users = db::user::delete(connection, user.id).await?;
        }
        let uses = db::bootstrap_token::forget(connection, email).await?;
        let resets = db::account_reset::forget(connection, email).await?;
        if deleted.deleted_users + uses + resets > 0 {
            let entry = db::audit::Entry {
                actor: "cli",
                action: "account.smoke_deleted",
                target: db::audit::account_target(user.map(|user| user.id), email),
                context: json!({
                    "credential_count": deleted.deleted_credentials,
                    "path": "smoke_test",
                }),
            };
            db::audit::insert(connection, entry).await?;
        }
        Ok(deleted)
    };
    accounts.locked(email, work).await
}
