//! Everything that the demo starts and has to stop again.

use std::path::PathBuf;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use test_support::postgres::{Cluster, Options};
use test_support::redis::RedisServer;

use super::binaries::{self, Binaries};
use super::databases::{Databases, create_databases};
use super::failure::{Context as _, Failure};
use super::logs::Logs;
use super::mailbox::{self, Mailbox};
use super::progress::Progress;
use super::service::{self, Environment, Service};
use super::settings::{Addresses, Ports, Settings};

/// What runs, in the order in which it was started.
#[derive(Default)]
pub(super) struct Stage {
    servers: Option<(Cluster, RedisServer)>,
    logs: Option<Logs>,
    mailbox: Option<ServerHandle>,
    services: Option<Services>,
    /// Variables that replace the usual ones.
    told: Told,
}

/// What the services are told besides, or instead.
#[derive(Debug, Default)]
struct Told {
    raptor: Environment,
    console: Environment,
}

/// Both services.
#[derive(Debug)]
pub(super) struct Services {
    raptor: Service,
    console: Service,
}

/// What is known once all of it runs.
#[derive(Debug)]
pub(super) struct System {
    pub(super) addresses: Addresses,
    pub(super) binaries: Binaries,
    pub(super) settings: Settings,
    pub(super) mailbox: Data<Mailbox>,
    pub(super) databases: Databases,
    /// Where the services' logs are.
    pub(super) logs: PathBuf,
}

impl Stage {
    /// One whose services are told something else than the demo's.
    pub(super) fn told(raptor: Environment, console: Environment) -> Self {
        Self { told: Told { raptor, console }, ..Self::default() }
    }

    /// The services that run, by the process ids of their watchdogs.
    pub(super) fn processes(&self) -> Vec<(&'static str, u32)> {
        let services = self.services.iter();
        let all = services.flat_map(|Services { raptor, console }| [raptor, console]);
        all.filter_map(|service| Some((service.name(), service.watchdog()?))).collect()
    }

    /// Builds and starts everything. What was started stays here, also when a later step fails
    /// or the caller does not wait for the end.
    pub(super) async fn set_up(&mut self, progress: &Progress) -> Result<System, Failure> {
        let step = progress.noisy_step("Building raptor-api and the Console");
        let binaries = binaries::build().await?;
        step.done();

        let step = progress.step("Starting Postgres and Redis");
        let ports = Ports::find().could_not("find free ports")?;
        let (cluster, redis) = start_servers().await?;
        let databases =
            Databases { raptor: cluster.url("raptor"), console: cluster.url("console") };
        let redis_url = redis.url();
        let server = cluster.url("postgres");
        self.servers = Some((cluster, redis));
        create_databases(&server, &["raptor", "console"]).await?;
        step.done();

        let mut settings = Settings::new(&ports, &databases, &redis_url);
        settings.raptor.extend(self.told.raptor.clone());
        settings.console.extend(self.told.console.clone());
        let step = progress.step("Migrating both databases");
        tokio::try_join!(
            service::run(&binaries.raptor, &["migrate"], &settings.raptor),
            service::run(&binaries.console, &["migrate"], &settings.console),
        )?;
        step.done();

        let step = progress.step("Starting the mailbox, raptor-api and the Console");
        let created = Logs::create().could_not("make a directory for the logs")?;
        let logs = self.logs.insert(created).path().to_owned();
        let addresses = ports.addresses();
        let token = settings.postmark_token.clone();
        let webhook = settings.webhook.clone();
        let database = databases.raptor.clone();
        let mailbox = Data::new(Mailbox::new(addresses.clone(), token, webhook, Some(database)));
        let system = System { addresses, binaries, settings, mailbox, databases, logs };
        self.start_services(ports, &system).await?;
        step.done();
        Ok(system)
    }

    async fn start_services(&mut self, ports: Ports, system: &System) -> Result<(), Failure> {
        let listener = ports.mailbox.into_listener();
        self.mailbox = Some(mailbox::serve(system.mailbox.clone(), listener)?);
        ports.raptor.release();
        ports.console.release();
        let (binaries, settings) = (&system.binaries, &system.settings);
        let start = Service::start;
        let raptor = start("raptor-api", &binaries.raptor, &settings.raptor, &system.logs)?;
        let console = start("console", &binaries.console, &settings.console, &system.logs)?;
        let services = self.services.insert(Services { raptor, console });
        services.wait_until_ready(&system.addresses).await
    }

    /// Waits until a service ends by itself, which it should not.
    pub(super) async fn death(&mut self) -> Failure {
        match &mut self.services {
            Some(services) => services.death().await,
            None => std::future::pending().await,
        }
    }

    /// Stops everything, the last first, and removes what it has left on the disk.
    pub(super) async fn clear(self, progress: &Progress) {
        if self.servers.is_none() {
            return;
        }
        let step = progress.step("Stopping everything");
        if let Some(Services { raptor, console }) = self.services {
            tokio::join!(raptor.stop(), console.stop());
        }
        if let Some(mailbox) = self.mailbox {
            mailbox.stop(false).await;
        }
        let (servers, logs) = (self.servers, self.logs);
        let cleared = tokio::task::spawn_blocking(move || drop((servers, logs))).await;
        if cleared.is_ok() {
            step.done();
        }
    }
}

impl Services {
    async fn wait_until_ready(&mut self, addresses: &Addresses) -> Result<(), Failure> {
        tokio::try_join!(
            self.raptor.wait_until_ready(&addresses.raptor),
            self.console.wait_until_ready(&addresses.console),
        )?;
        Ok(())
    }

    async fn death(&mut self) -> Failure {
        tokio::select! {
            death = self.raptor.death() => death,
            death = self.console.death() => death,
        }
    }
}

async fn start_servers() -> Result<(Cluster, RedisServer), Failure> {
    let blocking = tokio::task::spawn_blocking(|| {
        let cluster = Cluster::start(&Options::default())?;
        Ok::<_, test_support::StartError>((cluster, RedisServer::start()?))
    });
    let started = blocking.await.could_not("start Postgres and Redis")?;
    started.map_err(|error| Failure::new(error.to_string()))
}
