//! The Console, in this process, on a port and a database of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use console::settings::Variables;
use console::startup::{Application, MIGRATIONS};
use service_kit::db::{Patience, Pool};
use service_kit::settings::Source;
use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::Client;

/// Where operators reach the Console, as far as it knows.
pub const ORIGIN: &str = "http://console.localhost:8081";
/// Where testers reach Raptor, as far as the Console knows.
pub const RAPTOR_ORIGIN: &str = "http://raptor.localhost:8080";
/// The secret of the service tokens.
pub const INTERNAL_SECRET: &str = "internal-secret-of-the-tests-32-bytes";
/// The secret of the walkthrough tokens.
pub const CONSOLE_SECRET: &str = "console-secret-of-the-tests-32-bytes-";

/// A port on which nobody listens: what is sent there fails at once.
const NOBODY: &str = "http://127.0.0.1:1";

/// A running Console and its database. It stops when this goes.
pub struct TestApp {
    /// Nobody's browser: it holds no session.
    pub client: Client,
    pub database: TestDatabase,
    stop: CancellationToken,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With variables that replace ours; an empty value unsets one.
    pub async fn start_with(given: &[(&'static str, &str)]) -> Self {
        let database = migrated_database().await;
        Self::start_on(database, given).await
    }

    /// The same on a database that is there already.
    pub async fn start_on(database: TestDatabase, given: &[(&'static str, &str)]) -> Self {
        Self::start_with_patience(database, given, patient()).await
    }

    /// The same where requests wait for the database as long as that.
    pub async fn start_with_patience(
        database: TestDatabase,
        given: &[(&'static str, &str)],
        patience: Patience,
    ) -> Self {
        let mut all = variables(&database.url());
        all.extend(given.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut settings = Variables::read(Source::from_pairs(all)).for_serve().unwrap();
        settings.tuning.workers = Some(1);
        settings.tuning.pool_size = 6;
        settings.tuning.patience = patience;
        let application = Application::build(settings).unwrap();
        let client = Client::new(application.port());
        let stop = CancellationToken::new();
        let running = Some(tokio::spawn(application.run_until_stopped(stop.clone())));
        Self { client, database, stop, running }
    }

    /// A connection of its own to the same database.
    pub fn pool(&self) -> Pool {
        let source = Source::from_pairs([("DATABASE_URL", self.database.url())]);
        let settings = Variables::read(source).for_migrate().unwrap();
        Pool::with_patience(&settings, 1, patient()).unwrap()
    }

    /// Stops the service and waits until it has ended.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.unwrap().unwrap();
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Connections take their time where many tests start at once.
pub fn patient() -> Patience {
    Patience { connection: Duration::from_secs(10), ..Patience::default() }
}

/// A database with our schema.
pub async fn migrated_database() -> TestDatabase {
    let template = Template {
        name: "console",
        fingerprint: fingerprint_of(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../migrations-console"
        )),
        migrate: async |url: String| {
            let source = Source::from_pairs([("DATABASE_URL", url)]);
            let settings = Variables::read(source).for_migrate().map_err(|e| e.to_string())?;
            let run = service_kit::migrate::run(&settings, MIGRATIONS).await;
            run.map(|_| ()).map_err(|error| error.to_string())
        },
    };
    TestDatabase::create(&template).await
}

/// Every variable that `serve` demands. Raptor and Postmark are away.
pub fn variables(database_url: &str) -> BTreeMap<&'static str, String> {
    [
        ("PORT", "0"),
        ("DATABASE_URL", database_url),
        ("CONSOLE_PUBLIC_URL", ORIGIN),
        ("RAPTOR_PUBLIC_URL", RAPTOR_ORIGIN),
        ("RAPTOR_INTERNAL_URL", NOBODY),
        ("RAPTOR_INTERNAL_TOKEN", INTERNAL_SECRET),
        ("CONSOLE_SECRET_KEY", CONSOLE_SECRET),
        ("POSTMARK_SERVER_TOKEN", "postmark-server-token"),
        ("POSTMARK_FROM", "Raxx Beta <beta@raxx.example>"),
        ("POSTMARK_API_URL", NOBODY),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect()
}
