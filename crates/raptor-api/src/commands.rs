//! The operator's commands (section 9 of the contracts). Each prints its answer, and nothing
//! else, to standard output.

use std::io::Write;

use chrono::{DateTime, Utc};
use ghost_contracts::EmailAddress;
use serde::Serialize;
use service_kit::audit::command::{self, AuditCommand, AuditCommandError};
use service_kit::audit::key::AuditSettings;
use service_kit::db::{DbError, Pool};
use service_kit::migrate::{self, MigrateError};

use crate::MIGRATIONS;
use crate::db::audit;
use crate::domain::account;
use crate::domain::bootstrap_token::{self, BootstrapKeys};
use crate::domain::ghost;
use crate::domain::smoke_account::{self, SmokeAddress};
use crate::error::Error;
use crate::settings::CommandSettings;
use crate::state::Accounts;

/// Why a command failed: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The database refused, or is away; nothing was changed.
    #[error("Nothing was changed: {0}.")]
    Failed(#[from] Error),
    /// The schema could not be brought up to date.
    #[error("The schema was not brought up to date: {0}.")]
    Migrate(#[from] MigrateError),
    /// Not a smoke account's address.
    #[error("Nothing was deleted: {0} is not a smoke account's address (smoke-test+…@{1}).")]
    NotSmoke(EmailAddress, String),
    /// About the audit log.
    #[error(transparent)]
    Audit(#[from] AuditCommandError),
    /// The answer could not be printed.
    #[error("The answer could not be printed: {0}.")]
    Print(#[from] std::io::Error),
}

impl From<DbError> for CommandError {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

fn accounts(settings: &CommandSettings) -> Result<Accounts, CommandError> {
    Ok(Accounts { pool: Pool::new(&settings.database, 1)? })
}

/// `migrate`: brings the schema up to date.
///
/// # Errors
///
/// [`CommandError`].
pub async fn migrate(settings: &CommandSettings) -> Result<(), CommandError> {
    let applied = migrate::run(&settings.database, MIGRATIONS).await?;
    Ok(writeln!(std::io::stdout(), "{}", migrate::summary(&applied))?)
}

/// `mint-bootstrap-token`: prints the token alone.
///
/// # Errors
///
/// [`CommandError`].
pub async fn mint_bootstrap_token(
    settings: &CommandSettings,
    keys: &BootstrapKeys,
    email: &EmailAddress,
) -> Result<(), CommandError> {
    let token = bootstrap_token::mint(&accounts(settings)?, keys, email, "cli").await?;
    Ok(writeln!(std::io::stdout(), "{}", token.reveal())?)
}

/// `ghost-check`: prints what the internal call answers.
///
/// # Errors
///
/// [`CommandError`].
pub async fn ghost_check(
    settings: &CommandSettings,
    email: &EmailAddress,
) -> Result<(), CommandError> {
    print(&ghost::check(&accounts(settings)?, email).await?)
}

/// `show-account`: prints the account and says whether there is one.
///
/// # Errors
///
/// [`CommandError`].
pub async fn show_account(
    settings: &CommandSettings,
    email: &EmailAddress,
) -> Result<bool, CommandError> {
    match account::show(&accounts(settings)?, email).await? {
        Some(account) => print(&account).map(|()| true),
        None => Ok(false),
    }
}

/// `delete-account --if-smoke-test`: deletes a smoke account and prints what was there. Where it
/// is older than `made_since` it stays, nothing is printed and the answer is `false`.
///
/// # Errors
///
/// [`CommandError`].
pub async fn delete_account(
    settings: &CommandSettings,
    email: &EmailAddress,
    made_since: Option<DateTime<Utc>>,
) -> Result<bool, CommandError> {
    let Some(address) = SmokeAddress::of(email, &settings.smoke_domain) else {
        return Err(CommandError::NotSmoke(email.clone(), settings.smoke_domain.clone()));
    };
    match smoke_account::delete(&accounts(settings)?, &address, made_since).await? {
        Some(deleted) => print(&deleted).map(|()| true),
        None => Ok(false),
    }
}

/// `audit …`: whether the log is intact, where that was asked.
///
/// # Errors
///
/// [`CommandError`].
pub async fn audit(
    command: AuditCommand,
    settings: Option<&CommandSettings>,
    keys: &AuditSettings,
) -> Result<bool, CommandError> {
    let pool = settings.map(|settings| command::pool(&settings.database)).transpose()?;
    Ok(command::run(command, &audit::LOG, keys, pool.as_ref()).await?)
}

fn print(answer: &impl Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string(answer).map_err(Error::internal)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
