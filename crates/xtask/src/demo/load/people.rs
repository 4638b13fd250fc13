//! Those who ask: operators and testers with a passkey, and accounts whose state is known.

use ghost_contracts::service_token::SigningKey;
use serde_json::Value;
use test_support::software_passkey::SoftwarePasskey;

use super::super::device::Device;
use super::super::failure::{Context as _, Failure};
use super::super::operator::Operator;
use super::super::service;
use super::super::stage::System;
use super::super::tester::Tester;

/// How many accounts there are.
const ACCOUNTS: usize = 24;
/// How many are begun again and again, and never finished.
const BEGINNERS: usize = 12;

/// All that the load needs to know.
pub(super) struct People {
    pub(super) raptor: String,
    pub(super) console: String,
    /// What the Console signs its calls with.
    pub(super) key: SigningKey,
    /// `name=value` of an operator's session.
    pub(super) operator: String,
    pub(super) accounts: Vec<Account>,
    /// The tokens of signup pages.
    pub(super) beginners: Vec<String>,
}

/// An account in use.
pub(super) struct Account {
    pub(super) email: String,
    pub(super) user_id: i64,
    pub(super) passkey: SoftwarePasskey,
}

/// Enrols, signs up and signs in, before any load.
pub(super) async fn gather(system: &System) -> Result<People, Failure> {
    let (raptor, console) = (&system.addresses.raptor, &system.addresses.console);
    let secret = system.settings.raptor.get("RAPTOR_INTERNAL_TOKEN").cloned().unwrap_or_default();
    let key = SigningKey::new(secret.into()).could_not("read the key of service tokens")?;
    let mut accounts = Vec::new();
    for number in 0..ACCOUNTS {
        let email = format!("asker{number}@example.com");
        let mut tester = Tester::new(raptor, Device::Linux)?;
        let user_id = tester.sign_up(&mint(system, &email).await?).await?;
        accounts.push(Account { email, user_id, passkey: tester.into_passkey() });
    }
    let mut beginners = Vec::new();
    for number in 0..BEGINNERS {
        beginners.push(mint(system, &format!("beginner{number}@example.com")).await?);
    }
    let arguments = ["admin", "invite", "--email", "load@example.com", "--role", "superadmin"];
    let link = service::run(&system.binaries.console, &arguments, &system.settings.console).await?;
    let cookies = Operator::enrol(console, &link).await?.sign_in().await?;
    let operator = cookies.iter().find_map(|cookie| cookie.split(';').next());
    let operator = operator.could_not("sign the operator in")?.to_owned();
    let (raptor, console) = (raptor.clone(), console.clone());
    Ok(People { raptor, console, key, operator, accounts, beginners })
}

async fn mint(system: &System, email: &str) -> Result<String, Failure> {
    let arguments = ["mint-bootstrap-token", "--email", email];
    service::run(&system.binaries.raptor, &arguments, &system.settings.raptor).await
}

impl Account {
    /// Signs a challenge; a synced passkey does not count, so its clones can do so at once.
    pub(super) fn sign(&self, options: &Value, origin: &str) -> Result<Value, String> {
        self.passkey.clone().try_get(options, origin).map_err(|error| error.to_string())
    }
}
