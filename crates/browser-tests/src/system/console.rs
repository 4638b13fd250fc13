//! The Console, in this process.

use std::collections::BTreeMap;

use console::settings::Variables;
use console::startup::{Application, MIGRATIONS};
use service_kit::settings::Source;
use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use test_support::postmark::Postmark;
use test_support::proxy::HttpProxy;
use test_support::relay::Relay;
use tokio_util::sync::CancellationToken;

use super::INTERNAL_SECRET;
use super::service::Service;

/// The secret of the walkthrough tokens.
const CONSOLE_SECRET: &str = "console-secret-of-the-tests-32-bytes-";

/// The password with which Postmark reports.
pub(super) const WEBHOOK_SECRET: &str = "webhook-secret-of-the-tests";

/// Starts it behind `door`, which browsers reach at `origin`.
pub(super) async fn start(
    door: HttpProxy,
    origin: &str,
    raptor: &Service,
    postmark: &Postmark,
    given: Vec<(&'static str, String)>,
) -> Service {
    let database = migrated_database().await;
    let (cable, url) = Relay::in_front_of(&database.url());
    let mut variables = BTreeMap::from([
        ("PORT", "0".to_owned()),
        ("DATABASE_URL", url),
        ("CONSOLE_PUBLIC_URL", origin.to_owned()),
        ("RAPTOR_PUBLIC_URL", raptor.origin.clone()),
        ("RAPTOR_INTERNAL_URL", raptor.door.url()),
        ("RAPTOR_INTERNAL_TOKEN", INTERNAL_SECRET.to_owned()),
        ("CONSOLE_SECRET_KEY", CONSOLE_SECRET.to_owned()),
        ("POSTMARK_SERVER_TOKEN", postmark.server_token()),
        ("POSTMARK_FROM", "Raxx Beta <beta@raxx.example>".to_owned()),
        ("POSTMARK_API_URL", postmark.url()),
        ("POSTMARK_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
    ]);
    variables.extend(given);
    let settings = Variables::read(Source::from_pairs(variables)).for_serve();
    let mut settings = settings.unwrap_or_else(|faults| panic!("{faults}"));
    settings.tuning.workers = Some(1);
    settings.tuning.pool_size = 5;
    let application = Application::build(settings).expect("the Console starts");
    let (port, stop) = (application.port(), CancellationToken::new());
    tokio::spawn(application.run_until_stopped(stop.clone()));
    Service::new(origin, door, (database, cable), port, stop)
}

async fn migrated_database() -> TestDatabase {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations-console");
    let template = Template {
        name: "console",
        fingerprint: fingerprint_of(migrations),
        migrate: async |url: String| {
            let source = Source::from_pairs([("DATABASE_URL", url)]);
            let settings = Variables::read(source).for_migrate().map_err(|e| e.to_string())?;
            let run = service_kit::migrate::run(&settings, MIGRATIONS).await;
            run.map(|_| ()).map_err(|error| error.to_string())
        },
    };
    TestDatabase::create(&template).await
}
