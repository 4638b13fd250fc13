//! Operators and testers, brought to where a test begins by the services' own HTTP.

use console::domain::actor::Actor;
use console::domain::admin;
use console::domain::permission::Role;
use console::settings::Variables;
use ghost_contracts::EmailAddress;
use raptor_api::domain::bootstrap_token::{BootstrapKeys, BootstrapToken};
use serde_json::{Value, json};
use service_kit::db::Pool;
use service_kit::settings::Source;
use test_support::postmark::report;
use test_support::software_passkey::SoftwarePasskey;

use super::System;
use super::console::WEBHOOK_SECRET;
use super::http::Http;
use super::raptor::BOOTSTRAP_SECRET;
use crate::driver::Tab;

/// An operator with a session, and a passkey in software.
pub struct Operator {
    /// Their role, and the beginning of their address.
    pub role: &'static str,
    /// `name=value` of the session.
    pub cookie: String,
    /// Asks the Console as them.
    pub http: Http,
}

/// Somebody who broke off at the passkey prompt.
pub struct Ghost {
    /// The tester's number.
    pub id: i64,
    /// The page that they were at.
    pub signup_link: String,
}

impl Ghost {
    /// Their page in the Console.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/console/beta/testers/{}", self.id)
    }
}

impl System {
    /// The link by which an operator enrols, as the command line prints it.
    pub async fn enrolment_link(&self, email: &str, role: &str) -> String {
        let source = Source::from_pairs([("DATABASE_URL", self.console.database.url())]);
        let settings = Variables::read(source).for_migrate();
        let settings = settings.unwrap_or_else(|faults| panic!("{faults}"));
        let pool = Pool::new(&settings, 1).expect("a pool");
        let email = EmailAddress::parse(email).expect("an address");
        let role: Role = role.parse().expect("a role");
        let invited = admin::invite(&pool, &Actor::cli(), &email, role).await.expect("invited");
        self.console.url(&format!("/console/enroll?token={}", invited.token.expose()))
    }

    /// An operator of that role: `<role>@raxx.example`.
    pub async fn operator(&self, role: &'static str) -> Operator {
        let link = self.enrolment_link(&format!("{role}@raxx.example"), role).await;
        let token = token_of(&link);
        let console = Http::of(&self.console);
        let begun = console.post("/console/enroll/begin", &json!({"token": token})).await.json();
        let options = member(&begun, "options");
        let credential = SoftwarePasskey::new().create(&options, &self.console.origin);
        let body = json!({"token": token, "credential": credential});
        let finished = console.post("/console/enroll/finish", &body).await;
        assert_eq!(finished.status, 200, "{finished:?}");
        let http = console.with_cookie(&finished.cookie);
        Operator { role, cookie: finished.cookie, http }
    }

    /// The laptop of an operator who is signed in.
    pub async fn desk_of(&self, operator: &Operator) -> Tab {
        let tab = self.desk().await;
        tab.set_cookie(&self.console.origin, &operator.cookie).await;
        tab
    }

    /// Has a new operator invite a tester, and gives the link in the mail.
    pub async fn invite(&self, name: &str, email: &str) -> String {
        let operator = self.operator("support").await;
        operator.invite(name, email).await;
        self.last_link(email)
    }

    /// The invitation in the newest mail to that address.
    #[must_use]
    pub fn last_link(&self, email: &str) -> String {
        let mails = self.postmark.mails_to(email);
        let link = mails.last().and_then(|mail| mail.link("/walkthrough?token="));
        link.unwrap_or_else(|| panic!("no invitation for {email}")).to_owned()
    }

    /// A tester accepts the invitation behind a link and closes the tab: the link of the signup
    /// page that they would have seen.
    pub async fn accept(&self, link: &str) -> String {
        let token = token_of(link);
        let raptor = Http::of(&self.raptor);
        let opened = raptor.page(&format!("/walkthrough?token={token}")).await;
        let version = hidden_value(&opened.text, "nda_version");
        let fields =
            [("token", token.as_str()), ("nda_version", &version), ("nda_accepted", "true")];
        let accepted = raptor.with_cookie(&opened.cookie).submit("/walkthrough", &fields).await;
        assert_eq!(accepted.status, 303, "{accepted:?}");
        match accepted.location.strip_prefix('/') {
            Some(path) => self.raptor.url(&format!("/{path}")),
            None => accepted.location,
        }
    }

    /// The signup page's link of an invitation that was accepted an hour ago.
    pub async fn old_signup_link(&self, email: &str) -> String {
        let now = self.raptor.database.number("SELECT extract(epoch FROM now())::bigint").await;
        let keys = BootstrapKeys::new(&BOOTSTRAP_SECRET.into(), None).expect("a key");
        let token = BootstrapToken {
            email: EmailAddress::parse(email).expect("an address"),
            nonce: "a-nonce-of-an-hour-ago".to_owned(),
            issued_at: now - 3600,
            expires_at: now - 1800,
        };
        let token = keys.sign(&token).expect("a token");
        self.raptor.url(&format!("/signup?token={}", token.reveal()))
    }

    /// The options of a ceremony: the account is there then, its passkey is not.
    pub async fn begin(&self, signup_link: &str) -> Value {
        let body = json!({"token": token_of(signup_link)});
        let begun = Http::of(&self.raptor).post("/api/auth/register/begin-with-token", &body).await;
        member(&begun.json(), "options")
    }

    /// Signs up with a passkey in software.
    pub async fn sign_up(&self, signup_link: &str) {
        let options = self.begin(signup_link).await;
        let credential = SoftwarePasskey::new().create(&options, &self.raptor.origin);
        let body = json!({"token": token_of(signup_link), "credential": credential});
        let raptor = Http::of(&self.raptor);
        let verified = raptor.post("/api/auth/register/verify-with-token", &body).await;
        assert_eq!(verified.status, 200, "{verified:?}");
    }

    /// Invites somebody who breaks off at the prompt, and lets ten minutes pass for every account.
    pub async fn ghost(&self, operator: &Operator, name: &str, email: &str) -> Ghost {
        let id = operator.invite(name, email).await;
        let signup_link = self.accept(&self.last_link(email)).await;
        self.begin(&signup_link).await;
        self.age_accounts().await;
        Ghost { id, signup_link }
    }

    /// The Console hears how the newest accounts stand, as from its worker a little later.
    pub async fn look_at_accounts(&self, operator: &Operator) {
        let listed = operator.http.get("/console/beta?limit=200").await;
        assert_eq!(listed.status, 200, "{listed:?}");
    }

    /// Postmark reports what has become of a mail just now.
    pub async fn report(&self, report: Value) {
        let now =
            "SELECT to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS now";
        let now = self.console.database.rows(now).await.remove(0);
        let report = report::at(report, member(&now, "now").as_str().expect("a time"));
        let webhook = format!("{}/api/webhooks/postmark", self.console.door.url());
        let status = report::post(&webhook, WEBHOOK_SECRET, &report).await;
        assert_eq!(status.expect("the Console answers"), 200, "{report}");
    }

    /// Lets ten minutes pass for every account: who was signing up is a ghost then.
    pub async fn age_accounts(&self) {
        let older = "UPDATE users SET created_at = created_at - interval '10 minutes'";
        self.raptor.database.sql(older).await;
    }
}

impl Operator {
    /// Invites a tester; their id.
    pub async fn invite(&self, name: &str, email: &str) -> i64 {
        let body = json!({"name": name, "email": email});
        let invited = self.http.post("/console/beta/testers", &body).await.json();
        member(&invited, "tester_id").as_i64().expect("an id")
    }
}

/// The token in a link.
#[must_use]
pub fn token_of(link: &str) -> String {
    let token = link.split_once("token=").map(|(_, token)| token.to_owned());
    token.unwrap_or_else(|| panic!("no token in {link}"))
}

fn member(answer: &Value, name: &str) -> Value {
    answer.get(name).cloned().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// The value of a form's field.
fn hidden_value(html: &str, name: &str) -> String {
    let attribute = format!("name=\"{name}\"");
    let tag = html.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let tag = tag.into_iter().find(|tag| tag.contains(&attribute));
    let value = tag.and_then(|tag| tag.split("value=\"").nth(1)?.split('"').next());
    value.unwrap_or_else(|| panic!("no {name} in {html}")).to_owned()
}
