//! What an operator is shown of an account.

use ghost_contracts::EmailAddress;
use ghost_contracts::commands::AccountSummary;

use crate::db;
use crate::error::Error;
use crate::state::Accounts;

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
