//! The service, in this process, on a port and a database of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use raptor_api::MIGRATIONS;
use raptor_api::settings::Variables;
use raptor_api::startup::Application;
use service_kit::clock::Clock;
use service_kit::db::Patience;
use service_kit::settings::Source;
use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use test_support::proxy::HttpProxy;
use test_support::software_passkey::SoftwarePasskey;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::{Client, Reply};
use super::console::Console;
use super::tokens::{BOOTSTRAP_KEY, INTERNAL_SECRET};

/// Where people reach the service, as far as it knows.
pub const ORIGIN: &str = "http://raptor.localhost:8080";

/// What may differ from one test's service to another's.
pub struct Options {
    /// Variables that replace ours; an empty value unsets one.
    pub variables: Vec<(&'static str, String)>,
    /// Whether challenges live in Redis.
    pub redis: bool,
    /// How long its requests wait for the database.
    pub patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        // Connections take their time where many tests start at once.
        let patience = Patience { connection: Duration::from_secs(10), ..Patience::default() };
        Self { variables: Vec::new(), redis: false, patience }
    }
}

/// A running service and everything around it. It stops when this goes.
pub struct TestApp {
    pub client: Client,
    pub database: TestDatabase,
    /// What stands between the service and the Console's stand-in.
    pub gateway: HttpProxy,
    pub console: Console,
    pub redis_url: Option<String>,
    seconds_ahead: Arc<AtomicI64>,
    stop: CancellationToken,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with_redis() -> Self {
        Self::start_with(Options { redis: true, ..Options::default() }).await
    }

    pub async fn start_with_variable(name: &'static str, value: &str) -> Self {
        let variables = vec![(name, value.to_owned())];
        Self::start_with(Options { variables, ..Options::default() }).await
    }

    pub async fn start_with(options: Options) -> Self {
        let database = migrated_database().await;
        let console = Console::start();
        let gateway = HttpProxy::start(console.url());
        let redis_url = options.redis.then(test_support::redis::test_database_url);
        let mut given = variables(&database.url(), &gateway.url());
        given.extend(redis_url.iter().map(|url| ("REDIS_URL", url.clone())));
        given.extend(options.variables);
        let mut settings = Variables::read(Source::from_pairs(dedup(given))).for_serve().unwrap();
        let seconds_ahead = Arc::new(AtomicI64::new(0));
        settings.tuning.workers = Some(1);
        settings.tuning.pool_size = 6;
        settings.tuning.patience = options.patience;
        settings.tuning.clock = shifted(Arc::clone(&seconds_ahead));
        let application = Application::build(settings).unwrap();
        let client = Client::new(application.port());
        let stop = CancellationToken::new();
        let running = Some(tokio::spawn(application.run_until_stopped(stop.clone())));
        Self { client, database, gateway, console, redis_url, seconds_ahead, stop, running }
    }

    /// Lets time pass for the service's own clock (not for the database's).
    pub fn let_pass(&self, time: TimeDelta) {
        self.seconds_ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// What the service's clock says.
    pub fn now(&self) -> DateTime<Utc> {
        shifted(Arc::clone(&self.seconds_ahead)).now()
    }

    /// Tells the service to stop; what comes back ends when it has.
    pub fn begin_to_stop(&mut self) -> JoinHandle<std::io::Result<()>> {
        self.stop.cancel();
        self.running.take().unwrap()
    }

    /// Signs up: begin, a passkey, verify. The user's id and the passkey.
    pub async fn sign_up(&self, email: &str) -> (i64, SoftwarePasskey) {
        let mut passkey = SoftwarePasskey::new();
        let token = self.mint(email).await;
        let user_id = self.sign_up_with(&mut passkey, &token).await;
        (user_id, passkey)
    }

    /// The same with a passkey and a token at hand.
    pub async fn sign_up_with(&self, passkey: &mut SoftwarePasskey, token: &str) -> i64 {
        let credential = passkey.create(&self.begun(token).await, ORIGIN);
        let verified = self.client.verify(token, &credential).await;
        assert_eq!(verified.status, 200, "{verified:?}");
        verified.json()["user_id"].as_i64().unwrap()
    }

    /// The options of a begin that is good.
    pub async fn begun(&self, token: &str) -> serde_json::Value {
        let begun = self.client.begin(token).await;
        assert_eq!(begun.status, 200, "{begun:?}");
        begun.json()["options"].clone()
    }

    /// Signs in with a passkey; the answer carries the cookie.
    pub async fn sign_in(&self, passkey: &mut SoftwarePasskey) -> Reply {
        let begun = self.client.login_begin().await.json();
        let credential = passkey.get(&begun["options"], ORIGIN);
        self.client.login_verify(begun["ceremony_id"].as_str().unwrap(), &credential).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A database with our schema.
pub async fn migrated_database() -> TestDatabase {
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

/// Every variable that `serve` demands.
pub fn variables(database_url: &str, console_url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("PORT", "0".to_owned()),
        ("DATABASE_URL", database_url.to_owned()),
        ("RAPTOR_INTERNAL_TOKEN", INTERNAL_SECRET.to_owned()),
        ("BOOTSTRAP_TOKEN_SIGNING_KEY", BOOTSTRAP_KEY.to_owned()),
        ("RAPTOR_PUBLIC_URL", ORIGIN.to_owned()),
        ("CONSOLE_INTERNAL_URL", console_url.to_owned()),
        ("PUBLIC_RATE_LIMIT", "0".to_owned()),
    ]
}

/// The last of several values of one variable counts.
fn dedup(given: Vec<(&'static str, String)>) -> std::collections::BTreeMap<&'static str, String> {
    given.into_iter().collect()
}

fn shifted(seconds_ahead: Arc<AtomicI64>) -> Clock {
    let system = Clock::system();
    Clock::from_fn(move || system.now() + TimeDelta::seconds(seconds_ahead.load(Ordering::SeqCst)))
}
