//! Looking at accounts, and deleting those that are ghosts (section 5 of the contracts).

use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::{
    ActorAdminId, GhostCheck, GhostCheckResult, GhostPreview, Plan, PlanChanged,
};
use serde_json::json;
use service_kit::db::Connection;
use service_kit::fail_point;

use super::plan;
use crate::db;
use crate::error::Error;
use crate::state::Accounts;

/// The state of one account.
///
/// # Errors
///
/// Where the database is away.
pub async fn check(accounts: &Accounts, email: &EmailAddress) -> Result<GhostCheck, Error> {
    fail_point::database("ghost_check.before")?;
    let mut connection = accounts.pool.get().await?;
    let check = db::ghost::check(&mut connection, email).await?;
    fail_point::database("ghost_check.answering")?;
    Ok(check)
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

/// What a deletion of the account of `email` would do: the state, the evidence and the rows of the
/// child tables, all of one moment. An account that may not be deleted would lose nothing.
///
/// # Errors
///
/// Where the database is away, or takes longer than a preview may.
pub async fn preview(accounts: &Accounts, email: &EmailAddress) -> Result<GhostPreview, Error> {
    let look = async |connection: &mut Connection| {
        let check = db::ghost::check(connection, email).await?;
        complete(connection, check).await
    };
    accounts.snapshot(look).await
}

/// Adds the child tables to a check. They are counted for a ghost alone: an account in use may have
/// rows without end, and a reset would change none of them. Where the check was made under the
/// account's lock, what is counted is all that a deletion finds: a row that refers to the account
/// needs that lock too.
async fn complete(connection: &mut Connection, check: GhostCheck) -> Result<GhostPreview, Error> {
    let children = match check.state.is_resettable() {
        true => db::child::count(connection, check.user_id).await?,
        false => db::child::none(),
    };
    let plan = plan::of(&check, &children).map_err(Error::internal)?;
    Ok(GhostPreview { check, children, plan })
}

/// Deletes the account of `email` if it is a ghost, and notes that `actor` did so. An e-mail
/// without an account is a ghost too: there is nothing to delete, but what was issued before is
/// void from now on. With a `plan` it is deleted only as that plan says.
///
/// # Errors
///
/// [`Error::NotGhost`], [`Error::PlanChanged`], [`Error::AuditWriteFailed`], and where the database is away: then
/// nothing was deleted.
pub async fn delete(
    accounts: &Accounts,
    email: &EmailAddress,
    actor: &ActorAdminId,
    plan: Option<&Plan>,
) -> Result<(), Error> {
    let work = async |connection: &mut Connection| {
        let locked = db::user::lock(connection, email).await?;
        fail_point::database("ghost_delete.locked")?;
        // A statement of its own: the one that locks has seen nothing of what was committed
        // while it waited.
        let check = db::ghost::check(connection, email).await?;
        if !check.state.is_resettable() {
            return Err(Error::NotGhost(check.state));
        }
        if let Some(plan) = plan {
            refuse_changed(connection, check, plan).await?;
        }
        fail_point::statement("ghost_delete.judged").map_err(db::audit::AuditWriteFailed)?;
        let entry = db::audit::Entry {
            actor: actor.as_str(),
            action: "account.ghost_reset",
            target: db::audit::account_target(locked.as_ref().map(|user| user.id), email),
            context: json!({"credential_count": 0, "session_count": 0, "path": "ghost_reset"}),
        };
        db::audit::insert(connection, entry).await?;
        fail_point::database("ghost_delete.audited")?;
        db::account_reset::record(connection, email).await?;
        if let Some(user) = locked {
            db::user::delete(connection, user.id).await?;
        }
        Ok(fail_point::database("ghost_delete.uncommitted")?)
    };
    fail_point::database("ghost_delete.before")?;
    accounts.locked(email, work).await?;
    Ok(fail_point::database("ghost_delete.committed")?)
}

/// Refuses where the account is not as the operator saw it. The rows are counted in a statement
/// after the one that locks, for the same reason as the state.
async fn refuse_changed(
    connection: &mut Connection,
    check: GhostCheck,
    given: &Plan,
) -> Result<(), Error> {
    let now = complete(connection, check).await?;
    if now.plan == *given {
        return Ok(());
    }
    let changed = plan::changed(given, &now.check, &now.children);
    Err(Error::PlanChanged(Box::new(PlanChanged { changed, now })))
}
