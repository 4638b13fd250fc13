//! Operators: invited as the command line does it, enrolled with a real ceremony.

use console::domain::actor::Actor;
use console::domain::admin;
use console::domain::permission::Role;
use ghost_contracts::EmailAddress;
use serde_json::Value;
use test_support::software_passkey::SoftwarePasskey;

use super::app::{ORIGIN, TestApp};
use super::client::{Client, Reply};

/// An operator who is signed in.
pub struct Operator {
    /// Their browser, with the session.
    pub client: Client,
    pub id: String,
    pub passkey: SoftwarePasskey,
}

impl TestApp {
    /// Invites an operator; their id and the token of their link.
    pub async fn invite(&self, email: &str, role: &str) -> (String, String) {
        let pool = self.pool();
        let email = EmailAddress::parse(email).unwrap();
        let role: Role = role.parse().unwrap();
        let invited = admin::invite(&pool, &Actor::cli(), &email, role).await.unwrap();
        (invited.admin.id.to_string(), invited.token.expose().to_owned())
    }

    /// An operator of that role, enrolled and signed in; `<role>@raxx.example`.
    pub async fn enrol(&self, role: &str) -> Operator {
        self.enrol_as(&format!("{role}@raxx.example"), role).await
    }

    /// The same with an address of one's own.
    pub async fn enrol_as(&self, email: &str, role: &str) -> Operator {
        let (id, token) = self.invite(email, role).await;
        let mut passkey = SoftwarePasskey::new();
        let enrolled = self.enrol_with(&mut passkey, &token).await;
        assert_eq!(enrolled.status, 200, "{enrolled:?}");
        let client = self.client.with_cookie(enrolled.cookie());
        Operator { client, id, passkey }
    }

    /// The ceremony behind a link, begin to finish.
    pub async fn enrol_with(&self, passkey: &mut SoftwarePasskey, token: &str) -> Reply {
        let credential = passkey.create(&self.enrolment_options(token).await, ORIGIN);
        self.client.enroll_finish(token, &credential).await
    }

    /// The options of a begin that is good.
    pub async fn enrolment_options(&self, token: &str) -> Value {
        let begun = self.client.enroll_begin(token).await;
        assert_eq!(begun.status, 200, "{begun:?}");
        begun.json()["options"].clone()
    }

    /// Signs in with a passkey; the answer carries the cookie.
    pub async fn sign_in(&self, passkey: &mut SoftwarePasskey) -> Reply {
        let begun = self.client.login_begin().await.json();
        let credential = passkey.get(&begun["options"], ORIGIN);
        self.client.login_finish(begun["ceremony_id"].as_str().unwrap(), &credential).await
    }
}

/// The token of an enrolment link.
pub fn token_of(url: &str) -> String {
    let start = format!("{ORIGIN}/console/enroll?token=");
    url.strip_prefix(&start).unwrap_or_else(|| panic!("{url}")).to_owned()
}
