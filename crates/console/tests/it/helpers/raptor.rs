//! The real Raptor, in this process, on a port and a database of its own.

use std::collections::BTreeMap;

use raptor_api::MIGRATIONS;
use raptor_api::settings::Variables;
use raptor_api::startup::Application;
use serde_json::{Value, json};
use service_kit::settings::Source;
use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use test_support::software_passkey::SoftwarePasskey;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::{INTERNAL_SECRET, RAPTOR_ORIGIN};
use super::client::{Ask, Client, Reply};

/// The secret of the bootstrap tokens.
pub const BOOTSTRAP_SECRET: &str = "bootstrap-secret-of-the-tests-32-bytes";

/// A running Raptor. It stops when this goes.
pub struct TestRaptor {
    /// A tester's browser.
    pub client: Client,
    pub url: String,
    pub database: TestDatabase,
    stop: CancellationToken,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl TestRaptor {
    /// Starts it; the Console is asked at that address.
    pub async fn start(console_url: &str) -> Self {
        Self::start_with(console_url, &[]).await
    }

    /// The same with variables that replace ours.
    pub async fn start_with(console_url: &str, given: &[(&'static str, &str)]) -> Self {
        let database = migrated_database().await;
        let mut variables = variables(&database.url(), console_url);
        variables.extend(given.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut settings = Variables::read(Source::from_pairs(variables)).for_serve().unwrap();
        settings.tuning.workers = Some(1);
        settings.tuning.pool_size = 6;
        let application = Application::build(settings).unwrap();
        let port = application.port();
        let stop = CancellationToken::new();
        let running = Some(tokio::spawn(application.run_until_stopped(stop.clone())));
        let url = format!("http://127.0.0.1:{port}");
        Self { client: Client::new(port), url, database, stop, running }
    }

    /// Stops it and waits until it has ended.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.unwrap().unwrap();
        }
    }

    /// Runs statements in its database.
    pub async fn sql(&self, statements: &str) {
        self.database.sql(statements).await;
    }

    /// How many rows of a table there are (`table`, or `table WHERE …`).
    pub async fn count(&self, table: &str) -> i64 {
        self.database.count(table).await
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        self.database.number(query).await
    }

    /// The rows of a query, each as an object.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        self.database.rows(query).await
    }

    /// An account that was begun `minutes` ago and never finished; its id.
    pub async fn add_shell(&self, email: &str, minutes: i32) -> i64 {
        self.sql(&format!(
            "INSERT INTO users (email, created_at) \
             VALUES ('{email}', now() - make_interval(mins => {minutes}))"
        ))
        .await;
        self.database.number(&format!("SELECT id FROM users WHERE email = '{email}'")).await
    }

    /// An account in use: one with a live session; its id.
    pub async fn add_healthy(&self, email: &str) -> i64 {
        let id = self.add_shell(email, 60).await;
        self.sql(&format!(
            "INSERT INTO customer_sessions (user_id, expires_at) \
             VALUES ({id}, now() + interval '1 day')"
        ))
        .await;
        id
    }

    /// The tester accepts the invitation of a link: the bootstrap token.
    pub async fn accept(&self, link: &str) -> String {
        let accepted = self.try_accept(link).await;
        let location = accepted.header("location");
        let token = location.rsplit_once("/signup?token=").map(|(_, token)| token.to_owned());
        token.unwrap_or_else(|| panic!("{accepted:?}"))
    }

    /// The same, whatever comes of it.
    pub async fn try_accept(&self, link: &str) -> Reply {
        self.client.accept_invitation(&token_of_link(link)).await
    }

    /// The tester begins to sign up: the `users` row is there, the passkey is not.
    pub async fn begin(&self, token: &str) -> Reply {
        self.client.begin_signup(token).await
    }

    /// The tester signs up with a software passkey, begin to finish.
    pub async fn sign_up(&self, token: &str) -> Reply {
        self.client.sign_up(token, RAPTOR_ORIGIN).await
    }
}

/// A tester's browser.
impl Client {
    /// Opens the walkthrough of an invitation and accepts: 303 to `/signup?token=…`.
    pub async fn accept_invitation(&self, token: &str) -> Reply {
        let opened = self.page(&format!("/walkthrough?token={token}")).await;
        if opened.status != 200 {
            return opened;
        }
        let version = opened.text.split("name=\"nda_version\" value=\"").nth(1).unwrap();
        let version = version.split('"').next().unwrap();
        let fields = [("token", token), ("nda_version", version), ("nda_accepted", "true")];
        let form = Ask::form("/walkthrough", &fields).html();
        self.with_cookie(opened.cookie()).send(form.header("sec-fetch-site", "same-origin")).await
    }

    /// Begins to sign up with a bootstrap token.
    pub async fn begin_signup(&self, token: &str) -> Reply {
        self.post("/api/auth/register/begin-with-token", &json!({"token": token})).await
    }

    /// Signs up with a software passkey at a page of `origin`, begin to finish.
    pub async fn sign_up(&self, token: &str, origin: &str) -> Reply {
        let begun = self.begin_signup(token).await;
        if begun.status != 200 {
            return begun;
        }
        let credential = SoftwarePasskey::new().create(&begun.json()["options"], origin);
        let body = json!({"token": token, "credential": credential});
        self.post("/api/auth/register/verify-with-token", &body).await
    }
}

impl Drop for TestRaptor {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Every variable that Raptor's `serve` demands.
pub fn variables(database_url: &str, console_url: &str) -> BTreeMap<&'static str, String> {
    [
        ("PORT", "0"),
        ("DATABASE_URL", database_url),
        ("RAPTOR_PUBLIC_URL", RAPTOR_ORIGIN),
        ("RAPTOR_INTERNAL_TOKEN", INTERNAL_SECRET),
        ("BOOTSTRAP_TOKEN_SIGNING_KEY", BOOTSTRAP_SECRET),
        ("CONSOLE_INTERNAL_URL", console_url),
        ("PUBLIC_RATE_LIMIT", "0"),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect()
}

/// The token in an invitation's link.
pub fn token_of_link(link: &str) -> String {
    let start = format!("{RAPTOR_ORIGIN}/walkthrough?token=");
    link.strip_prefix(&start).unwrap_or_else(|| panic!("{link}")).to_owned()
}

async fn migrated_database() -> TestDatabase {
    let template = Template {
        name: "raptor",
        fingerprint: fingerprint_of(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../migrations-raptor"
        )),
        migrate: async |url: String| {
            let source = Source::from_pairs([("DATABASE_URL", url)]);
            let settings = Variables::read(source).for_database().map_err(|e| e.to_string())?;
            let run = service_kit::migrate::run(&settings.database, MIGRATIONS).await;
            run.map(|_| ()).map_err(|error| error.to_string())
        },
    };
    TestDatabase::create(&template).await
}
