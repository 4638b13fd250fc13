//! Those whom the documents speak of: an operator and a customer who are signed in, testers.

use super::super::device::Device;
use super::super::failure::{Context as _, Failure};
use super::super::operator::Operator;
use super::super::service;
use super::super::stage::System;
use super::super::tester::Tester;

/// Testers, in the order of their ids. The first has an account.
const TESTERS: [&str; 3] = ["ada@example.com", "ben@example.com", "cleo@example.com"];

/// `name=value` of the sessions.
pub(super) struct Cookies {
    pub(super) operator: String,
    pub(super) customer: String,
}

/// Enrols, invites, signs up and in.
pub(super) async fn gather(system: &System) -> Result<Cookies, Failure> {
    let (raptor, console) = (&system.addresses.raptor, &system.addresses.console);
    let arguments = ["admin", "invite", "--email", "asker@example.com", "--role", "superadmin"];
    let link = service::run(&system.binaries.console, &arguments, &system.settings.console).await?;
    let mut operator = Operator::enrol(console, &link).await?;
    operator.invite_operator("another@example.com", "superadmin").await?;
    for email in TESTERS {
        operator.invite_tester(email, "A tester").await?;
    }
    let [with_account, ..] = TESTERS;
    let arguments = ["mint-bootstrap-token", "--email", with_account];
    let token = service::run(&system.binaries.raptor, &arguments, &system.settings.raptor).await?;
    let mut customer = Tester::new(raptor, Device::Linux)?;
    customer.sign_up(&token).await?;
    Ok(Cookies {
        operator: first(&operator.sign_in().await?)?,
        customer: first(&customer.sign_in().await?)?,
    })
}

fn first(set: &[String]) -> Result<String, Failure> {
    let pair = set.first().and_then(|cookie| cookie.split(';').next());
    pair.map(str::to_owned).could_not("find the cookie of a sign-in")
}
