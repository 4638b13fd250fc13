//! raptor-api, in this process.

use std::collections::BTreeMap;

use raptor_api::MIGRATIONS;
use raptor_api::settings::Variables;
use raptor_api::startup::Application;
use service_kit::settings::Source;
use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use test_support::proxy::HttpProxy;
use test_support::relay::Relay;
use tokio_util::sync::CancellationToken;

use super::INTERNAL_SECRET;
use super::service::Service;

/// The secret of the bootstrap tokens.
pub(super) const BOOTSTRAP_SECRET: &str = "bootstrap-secret-of-the-tests-32-bytes";

/// Starts it behind `door`, which browsers reach at `origin`; `console` is where it asks.
pub(super) async fn start(
    door: HttpProxy,
    origin: &str,
    console: &str,
    given: Vec<(&'static str, String)>,
) -> Service {
    let database = migrated_database().await;
    let (cable, url) = Relay::in_front_of(&database.url());
    let ours = [
        ("PORT", "0"),
        ("DATABASE_URL", &url),
        ("RAPTOR_PUBLIC_URL", origin),
        ("RAPTOR_INTERNAL_TOKEN", INTERNAL_SECRET),
        ("BOOTSTRAP_TOKEN_SIGNING_KEY", BOOTSTRAP_SECRET),
        ("CONSOLE_INTERNAL_URL", console),
        ("PUBLIC_RATE_LIMIT", "0"),
    ];
    let mut variables: BTreeMap<_, _> = ours.map(|(name, value)| (name, value.to_owned())).into();
    variables.extend(given);
    let settings = Variables::read(Source::from_pairs(variables)).for_serve();
    let mut settings = settings.unwrap_or_else(|faults| panic!("{faults}"));
    settings.tuning.workers = Some(1);
    settings.tuning.pool_size = 5;
    let application = Application::build(settings).expect("raptor-api starts");
    let (port, stop) = (application.port(), CancellationToken::new());
    tokio::spawn(application.run_until_stopped(stop.clone()));
    Service::new(origin, door, (database, cable), port, stop)
}

async fn migrated_database() -> TestDatabase {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations-raptor");
    let template = Template {
        name: "raptor",
        fingerprint: fingerprint_of(migrations),
        migrate: async |url: String| {
            let source = Source::from_pairs([("DATABASE_URL", url)]);
            let settings = Variables::read(source).for_database().map_err(|e| e.to_string())?;
            let run = service_kit::migrate::run(&settings.database, MIGRATIONS).await;
            run.map(|_| ()).map_err(|error| error.to_string())
        },
    };
    TestDatabase::create(&template).await
}
