//! `raptor-api serve` on a database of its own, and what stands between it and the smoke.

use std::collections::BTreeMap;
use std::process::Stdio;

use test_support::postgres::{Template, TestDatabase, fingerprint_of};
use test_support::proxy::HttpProxy;
use test_support::relay::Relay;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::programs;
use super::runner::Runner;

/// The two calls of a signup.
pub const BEGIN: &str = "/api/auth/register/begin-with-token";
pub const VERIFY: &str = "/api/auth/register/verify-with-token";

/// Where people reach the service, as far as it knows.
const PUBLIC_URL: &str = "http://raptor.localhost";
const SIGNING_KEY: &str = "bootstrap-key-of-the-tests-0123456789";

/// A running service. It stops when this goes.
pub struct Deployment {
    pub database: TestDatabase,
    /// What stands between the smoke and the API.
    pub router: HttpProxy,
    /// The cable between the API and its database; the runner has one of its own.
    pub cable: Relay,
    /// Where commands run.
    pub runner: Runner,
    variables: BTreeMap<&'static str, String>,
    service: Child,
}

impl Deployment {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With variables of the service that replace ours.
    pub async fn start_with(given: &[(&'static str, &str)]) -> Self {
        let database = migrated_database().await;
        let (cable, url) = Relay::in_front_of(&database.url());
        let mut variables: BTreeMap<_, _> = [
            ("PORT", "0"),
            ("DATABASE_URL", url.as_str()),
            ("RAPTOR_INTERNAL_TOKEN", "internal-secret-of-the-tests-0123456789"),
            ("BOOTSTRAP_TOKEN_SIGNING_KEY", SIGNING_KEY),
            ("RAPTOR_PUBLIC_URL", PUBLIC_URL),
            ("CONSOLE_INTERNAL_URL", "http://127.0.0.1:1"),
            ("PUBLIC_RATE_LIMIT", "0"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        variables.extend(given.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let (service, port) = serve(&variables).await;
        let router = HttpProxy::start(format!("http://127.0.0.1:{port}"));
        let of_commands =
            [("DATABASE_URL", database.url()), ("BOOTSTRAP_TOKEN_SIGNING_KEY", SIGNING_KEY.into())];
        let runner = Runner::create(programs::raptor_api().await, &of_commands);
        Self { database, router, cable, runner, variables, service }
    }

    /// What the synthetic browser has to say it is.
    pub fn origin(&self) -> &'static str {
        PUBLIC_URL
    }

    /// The service is started anew, and begins with its housekeeping.
    pub async fn restart(&mut self) {
        self.service.kill().await.unwrap();
        let (service, port) = serve(&self.variables).await;
        self.service = service;
        self.router.set_target(format!("http://127.0.0.1:{port}"));
    }
}

/// Starts the service, and gives the port that it says it listens on.
async fn serve(variables: &BTreeMap<&'static str, String>) -> (Child, u64) {
    let mut service = Command::new(programs::raptor_api().await);
    service.arg("serve").env_clear().envs(variables).stdout(Stdio::piped()).kill_on_drop(true);
    let mut service = service.spawn().unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if line["message"] == "listening" {
            break line["port"].as_u64().unwrap();
        }
    };
    // It must not come to wait for somebody who reads its log.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (service, port)
}

async fn migrated_database() -> TestDatabase {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations-raptor");
    let migrate = async |url: String| {
        let mut migrate = Command::new(programs::raptor_api().await);
        migrate.arg("migrate").env_clear().env("DATABASE_URL", url);
        let migrated = migrate.output().await.map_err(|error| error.to_string())?;
        match migrated.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&migrated.stderr).into_owned()),
        }
    };
    let fingerprint = fingerprint_of(migrations);
    TestDatabase::create(&Template { name: "raptor", fingerprint, migrate }).await
}
