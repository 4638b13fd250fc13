//! The one way to start this service: in production, in tests, in the demo.

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};
use ghost_contracts::console::{WALKTHROUGH_CONSUME_PATH, WALKTHROUGH_VERIFY_PATH};
use ghost_contracts::service_token::Party;
use service_kit::audit::departure::Departure;
use service_kit::audit::peer::Heads;
use service_kit::audit::worker;
use service_kit::challenge::ChallengeStore;
use service_kit::clock::Clock;
use service_kit::db::{DbError, Pool};
use service_kit::health::{self, Gauges, Health, Readiness};
use service_kit::http::errors::{self, ErrorPages};
use service_kit::http::rate_limit::Refused;
use service_kit::http::{headers, overload, resource, trace, unread};
use service_kit::metrics::Metrics;
use service_kit::migrate::{self, MigrateError};
use service_kit::passkey::{CeremonyError, Passkeys};
use service_kit::redis::Redis;
use service_kit::server::{self, CONNECTIONS_A_WORKER, HEAD_LIMIT};
use service_kit::service_client::ServiceClient;
use service_kit::service_token::Guard;
use service_kit::settings::warn_of_published;
use service_kit::stop::{Background, REQUEST_GRACE_SECONDS};
use service_kit::traces::{Traces, TracesError};
use tokio_util::sync::CancellationToken;

use crate::ceremonies::Ceremonies;
use crate::settings::Settings;
use crate::state::{Accounts, RegistrationFlag, State};
use crate::{MIGRATIONS, db, housekeeping, http, routes};

/// The relying party's name, as password managers show it.
const RP_NAME: &str = "Raxx";
/// The program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The service, listening and ready to run.
pub struct Application {
    server: Server,
    port: u16,
    accounts: Accounts,
    smoke_domain: String,
    clock: Clock,
    departure: Option<Departure>,
    waiting: worker::Waiting,
    traces: Traces,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not allowed.
    #[error("cannot listen on port {port}: {error}")]
    Listen {
        /// Which.
        port: u16,
        /// Why.
        error: std::io::Error,
    },
    /// The database's address or certificate cannot be used.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The Redis' address or certificate cannot be used.
    #[error("REDIS_URL cannot be used: {0}")]
    Redis(String),
    /// The relying party cannot be set up.
    #[error("passkeys cannot be set up: {0}")]
    Passkeys(#[from] CeremonyError),
    /// The embedded migrations cannot be listed.
    #[error(transparent)]
    Migrations(#[from] MigrateError),
    /// A client for other services cannot be set up.
    #[error("a client for other services cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// Traces cannot be sent.
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] TracesError),
    /// A metric cannot be registered.
    #[error("metrics cannot be set up: {0}")]
    Metrics(#[from] prometheus::Error),
}

impl Application {
    /// Listens, and sets up everything the routes need. Neither the database nor Redis nor the
    /// Console need be there yet. Call it on a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn build(settings: Settings) -> Result<Self, StartError> {
        warn_of_published(&settings.published_keys);
        let (wanted, workers) = (settings.port, settings.tuning.workers);
        let hops = settings.hops;
        let clock = settings.tuning.clock.clone();
        let smoke_domain = settings.smoke_domain.clone();
        let departure = worker::departure(&settings.audit)?;
        let parts = Parts::new(settings)?;
        let waiting = worker::Waiting::new(&parts.metrics)?;
        let traces = parts.traces.clone();
        let accounts = parts.state.accounts.clone();
        let failed = |error| StartError::Listen { port: wanted, error };
        let listener = server::listen(wanted).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let mut server = HttpServer::new(move || {
            App::new()
                .configure(|config| parts.configure(config))
                .default_service(web::to(resource::not_found))
                .wrap(from_fn(overload::shed))
                .wrap(from_fn(errors::render))
                .wrap(from_fn(http::token_page::guard))
                .wrap(from_fn(trace::trace))
                .wrap(from_fn(headers::secure))
                .wrap(from_fn(unread::close))
        })
        .disable_signals()
        .shutdown_timeout(REQUEST_GRACE_SECONDS)
        .client_request_timeout(HEAD_LIMIT)
        .keep_alive(server::keep_alive(hops))
        .max_connections(CONNECTIONS_A_WORKER);
        if let Some(workers) = workers {
            server = server.workers(workers);
        }
        let server = server.listen(listener).map_err(failed)?.run();
        Ok(Self { server, port, accounts, smoke_domain, clock, departure, waiting, traces })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `stop` is cancelled; then takes nothing new, finishes what it began and
    /// returns.
    ///
    /// # Errors
    ///
    /// Where the server fails.
    pub async fn run_until_stopped(self, stop: CancellationToken) -> std::io::Result<()> {
        let background = Background::default();
        let (accounts, smoke_domain) = (self.accounts, self.smoke_domain);
        let pool = accounts.pool.clone();
        let (departure, waiting) = (self.departure, self.waiting);
        background.spawn(worker::run(pool, &db::audit::LOG, departure, waiting, stop.clone()));
        background.spawn(housekeeping::run(accounts, smoke_domain, self.clock, stop.clone()));
        server::run_until_stopped(self.server, stop, background, self.traces).await
    }
}

/// What all threads of the server share.
#[derive(Clone)]
struct Parts {
    state: Data<State>,
    settings: Data<Settings>,
    guard: Data<Guard>,
    health: Health,
    metrics: Metrics,
    traces: Traces,
    refused: Data<Refused>,
}

impl Parts {
    fn new(settings: Settings) -> Result<Self, StartError> {
        let pool = Pool::with_patience(
            &settings.database,
            settings.tuning.pool_size,
            settings.tuning.patience,
        )?;
        let redis = match &settings.redis {
            Some(url) => {
                let redis = Redis::new(url, settings.redis_ca.as_ref());
                Some(redis.map_err(|error| StartError::Redis(error.to_string()))?)
            }
            None => None,
        };
        let metrics = Metrics::new("raptor_api", VERSION)?;
        let (clock, keys) = (settings.tuning.clock.clone(), settings.internal_keys.clone());
        let console = ServiceClient::new(
            settings.console_url.clone(),
            keys.current().clone(),
            Party::Raptor,
            clock.clone(),
            metrics.clone(),
            &[WALKTHROUGH_VERIFY_PATH, WALKTHROUGH_CONSUME_PATH],
        )?;
        let traces = Traces::new(settings.traces.as_ref(), "raptor-api", VERSION, &metrics)?;
        let health = Health {
            pool: pool.clone(),
            migrations: migrate::versions(&MIGRATIONS)?,
            redis: redis.clone(),
            metrics_token: settings.metrics_token.clone(),
            metrics_token_previous: settings.metrics_token_previous.clone(),
            gauges: Gauges::new(&metrics, &pool)?,
            readiness: Readiness::default(),
        };
        let challenges = match redis {
            Some(redis) => ChallengeStore::Redis(redis),
            None => ChallengeStore::Postgres(pool.clone()),
        };
        let state = State {
            accounts: Accounts { pool: pool.clone() },
            challenges,
            passkeys: Passkeys::new(&settings.public_url, &settings.rp_id, RP_NAME)?,
            bootstrap_keys: settings.bootstrap_keys.clone(),
            console,
            ceremonies: Ceremonies::new(&metrics)?,
            clock: clock.clone(),
        };
        let guard = Guard { audience: Party::Raptor, keys, clock, pool };
        let (state, settings) = (Data::new(state), Data::new(settings));
        let (guard, refused) = (Data::new(guard), Data::new(Refused::default()));
        Ok(Self { state, settings, guard, health, metrics, traces, refused })
    }

    /// What a request finds in the app, and the table of addresses.
    fn configure(&self, config: &mut ServiceConfig) {
        let settings = &self.settings;
        config
            .app_data(self.state.clone())
            .app_data(self.guard.clone())
            .app_data(Data::new(self.state.accounts.pool.clone()))
            .app_data(Data::new(Heads::new(self.state.accounts.pool.clone())))
            .app_data(Data::new(settings.public_url.clone()))
            .app_data(Data::new(settings.rate_limit))
            .app_data(self.refused.clone())
            .app_data(Data::new(self.traces.clone()))
            .app_data(Data::new(settings.hops))
            .app_data(Data::new(RegistrationFlag(settings.registration)))
            .app_data(Data::new(ErrorPages(http::error_page::draw)));
        health::data(config, self.health.clone(), self.metrics.clone());
        routes::configure(config);
    }
}
