//! The accounts that the smoke test makes: the only ones that may go whatever state they are in,
//! because they belong to nobody.
//!
//! They go in two ways. The smoke test itself has them deleted when it is done ([`delete`]). And
//! where it could not, because it was killed, their lease ends ([`expire`]).

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::EmailAddress;
use ghost_contracts::commands::DeletedAccount;
use serde_json::json;
use service_kit::challenge;
use service_kit::db::Connection;

use super::registration;
use crate::db;
use crate::db::user::User;
use crate::error::Error;
use crate::state::Accounts;

/// How old a smoke account becomes when nobody deletes it. A run of the smoke test takes
/// minutes.
const LEASE: TimeDelta = TimeDelta::hours(1);

/// The address of a smoke account: `smoke-test+…@` the domain of smoke accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmokeAddress(EmailAddress);

impl SmokeAddress {
    /// The address, where it is one.
    #[must_use]
    pub fn of(email: &EmailAddress, domain: &str) -> Option<Self> {
        email.is_smoke_account(domain).then(|| Self(email.clone()))
    }
}

/// Deletes the account of a smoke test and whatever else Raptor keeps for its address, and
/// audits that as `cli`. `None` where the account is older than `made_since`: then it is not the
/// one that the caller means, and it stays.
///
/// # Errors
///
/// [`Error::AuditWriteFailed`], and where the database is away: then nothing was deleted.
pub async fn delete(
    accounts: &Accounts,
    SmokeAddress(email): &SmokeAddress,
    made_since: Option<DateTime<Utc>>,
) -> Result<Option<DeletedAccount>, Error> {
    let work = async |connection: &mut Connection| {
        let user = db::user::lock(connection, email).await?;
        if user.as_ref().is_some_and(|user| made_since.is_some_and(|since| user.created_at < since))
        {
            return Ok(None);
        }
        let now = db::smoke_account::time(connection).await?;
        let by = By { actor: "cli", action: "account.smoke_deleted" };
        remove(connection, email, user, now, by).await.map(Some)
    };
    accounts.locked(email, work).await
}

/// Deletes every smoke account whose lease is over, and what else is kept for such addresses for
/// as long as that, each in a transaction of its own, and audits it as `raptor-api`. One that
/// cannot be deleted waits for the next time.
///
/// # Errors
///
/// Where the database is away.
pub async fn expire(accounts: &Accounts, domain: &str) -> Result<(), Error> {
    let kept = {
        let mut connection = accounts.pool.get().await?;
        let until = db::smoke_account::time(&mut connection).await? - LEASE;
        db::smoke_account::addresses_kept_since(&mut connection, domain, until).await?
    };
    let addresses = kept.iter().filter_map(|text| EmailAddress::parse(text).ok());
    for address in addresses.filter_map(|email| SmokeAddress::of(&email, domain)) {
        if let Err(error) = expire_one(accounts, address).await {
            tracing::warn!(%error, "a smoke account is kept until the next time");
        }
    }
    Ok(())
}

/// Under the lock the account's age is judged again: there may be a new one by now. Nothing is
/// tried twice, for the next time is not far.
async fn expire_one(accounts: &Accounts, SmokeAddress(email): SmokeAddress) -> Result<(), Error> {
    let work = async move |connection: &mut Connection| {
        db::user::lock_email(connection, &email).await?;
        let user = db::user::lock(connection, &email).await?;
        let until = db::smoke_account::time(connection).await? - LEASE;
        if user.as_ref().is_none_or(|user| user.created_at <= until) {
            let by = By { actor: "raptor-api", action: "account.smoke_expired" };
            remove(connection, &email, user, until, by).await?;
        }
        Ok(())
    };
    accounts.transaction(work).await
}

/// Who removes an account, and what that is called in the audit log.
struct By {
    actor: &'static str,
    action: &'static str,
}

/// Removes the locked account and what was noted of its address by `until`, and audits it where
/// there was anything.
async fn remove(
    connection: &mut Connection,
    email: &EmailAddress,
    user: Option<User>,
    until: DateTime<Utc>,
    By { actor, action }: By,
) -> Result<DeletedAccount, Error> {
    let mut deleted = DeletedAccount::default();
    if let Some(user) = &user {
        deleted.deleted_credentials = db::credential::count(connection, user.id).await?;
        challenge::forget(connection, &registration::ceremony(user.id)).await?;
        deleted.deleted_users = i64::from(db::user::delete(connection, user.id).await?);
    }
    let uses = db::bootstrap_token::forget(connection, email, until).await?;
    let resets = db::account_reset::forget(connection, email, until).await?;
    let attempts = db::signup_attempt::forget(connection, email, until).await?;
    if user.is_some() || uses + resets + attempts > 0 {
        let context =
            json!({"credential_count": deleted.deleted_credentials, "path": "smoke_test"});
        let target = db::audit::account_target(user.map(|user| user.id), email);
        db::audit::insert(connection, db::audit::Entry { actor, action, target, context }).await?;
    }
    Ok(deleted)
}
