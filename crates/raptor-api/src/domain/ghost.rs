//! Looking at accounts, and deleting those that are ghosts (section 5 of the contracts).

use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::{ActorAdminId, GhostCheck, GhostCheckResult};
use serde_json::json;
use service_kit::db::Connection;

use crate::db;
use crate::error::Error;
use crate::state::Accounts;

/// The state of one account.
///
/// # Errors
///
/// Where the database is away.
pub async fn check(accounts: &Accounts, email: &EmailAddress) -> Result<GhostCheck, Error> {
    let mut connection = accounts.pool.get().await?;
    Ok(db::ghost::check(&mut connection, email).await?)
}

/// The states of many accounts, in the order asked.
///
/// # Errors
///
/// Where the database is away.
pub async fn check_batch(
    accounts: &Accounts,
    emails: &[EmailAddress],
) -> Result<Vec<GhostCheckResult>, Error> {
    let mut connection = accounts.pool.get().await?;
    let checks = db::ghost::check_batch(&mut connection, emails).await?;
    let named = emails.iter().cloned().zip(checks);
    Ok(named.map(|(email, check)| GhostCheckResult { email, check }).collect())
}

/// Deletes the account of `email` if it is a ghost, and notes that `actor` did so. An e-mail
/// without an account is a ghost too: there is nothing to delete, but what was issued before is
/// void from now on.
///
/// # Errors
///
/// [`Error::NotGhost`], [`Error::AuditWriteFailed`], and where the database is away: then
/// nothing was deleted.
pub async fn delete(
    accounts: &Accounts,
    email: &EmailAddress,
    actor: &ActorAdminId,
) -> Result<(), Error> {
    let work = async |connection: &mut Connection| {
        let locked = db::user::lock(connection, email).await?;
        // A statement of its own: the one that locks has seen nothing of what was committed
        // while it waited.
        let state = db::ghost::check(connection, email).await?.state;
        if !state.is_resettable() {
            return Err(Error::NotGhost(state));
        }
        let entry = db::audit::Entry {
            actor: actor.as_str(),
            action: "account.ghost_reset",
            target: db::audit::account_target(locked.as_ref().map(|user| user.id), email),
            context: json!({"credential_count": 0, "session_count": 0, "path": "ghost_reset"}),
        };
        db::audit::insert(connection, entry).await?;
        db::account_reset::record(connection, email).await?;
        if let Some(user) = locked {
            db::user::delete(connection, user.id).await?;
        }
        Ok(())
    };
    accounts.locked(email, work).await
}
