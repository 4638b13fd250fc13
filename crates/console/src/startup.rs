//! The one way to start the Console: in production, in tests and in the demo.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use ghost_contracts::service_token::Party;
use service_kit::audit::departure::Departure;
use service_kit::audit::peer::Heads;
use service_kit::challenge::ChallengeStore;
use service_kit::clock::Clock;
use service_kit::db::{DbError, Pool};
use service_kit::health::{self, Gauges, Health, Readiness};
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::http::errors::{self, ErrorPages};
use service_kit::http::rate_limit::Refused;
use service_kit::http::{headers, overload, resource, trace, unread};
use service_kit::metrics::Metrics;
use service_kit::migrate::{self, MigrateError};
use service_kit::passkey::{CeremonyError, Passkeys};
use service_kit::server;
use service_kit::service_client::ServiceClient;
use service_kit::service_token::Guard;
use service_kit::settings::PublicUrl;
use service_kit::stop::{Background, REQUEST_GRACE_SECONDS};
use tokio_util::sync::CancellationToken;

use crate::domain::flag::Overrides;
use crate::domain::ghost_reset::GhostReset;
use crate::domain::invitation::Invitations;
use crate::domain::tester::SmokeEmailDomain;
use crate::domain::walkthrough_token::WalkthroughKeys;
use crate::http::webhooks::postmark::WebhookSecret;
use crate::http::{error, token_page};
use crate::mail::Mailer;
use crate::mail::message::Links;
use crate::mail::postmark::Postmark;
use crate::raptor::RaptorClient;
use crate::settings::Settings;
use crate::{db, housekeeping, routes, worker};

/// The schema, as this binary wants it.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations-console");

/// The name that operators see in the passkey prompt.
const RELYING_PARTY: &str = "Raxx Console";
/// How long a client may take to send a request's head.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// Why the Console cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not allowed.
    #[error("the port cannot be listened on: {0}")]
    Listen(#[from] std::io::Error),
    /// The database's settings cannot be used.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The embedded migrations cannot be read.
    #[error(transparent)]
    Migrations(#[from] MigrateError),
    /// The relying party's id does not belong to the public URL.
    #[error("passkeys cannot be offered: {0}")]
    Passkeys(#[from] CeremonyError),
    /// A metric is registered twice.
    #[error("metrics cannot be kept: {0}")]
    Metrics(#[from] prometheus::Error),
    /// TLS cannot be set up.
    #[error("other services cannot be called: {0}")]
    Http(#[from] reqwest::Error),
}

/// What every worker of a process shares: handlers take each part as [`Data`].
#[derive(Clone)]
pub struct Shared {
    /// Connections to the Console's database.
    pub pool: Pool,
    /// What dates tokens.
    pub clock: Clock,
    /// Where operators reach the Console.
    pub public_url: PublicUrl,
    /// Work that outlives its request.
    pub background: Background,
    /// The account service.
    pub raptor: RaptorClient,
    /// The way mails go out.
    pub mailer: Mailer,
    /// The password of Postmark's webhook.
    pub webhook_secret: WebhookSecret,
    /// Whose addresses are never invited.
    pub smoke_email_domain: SmokeEmailDomain,
    /// Ceremonies of operators.
    pub passkeys: Data<Passkeys>,
    /// Where ceremonies wait.
    pub challenges: ChallengeStore,
    /// What variables say of flags.
    pub overrides: Overrides,
    /// The guard of the internal API.
    pub guard: Guard,
    /// What readiness looks at.
    pub health: Health,
    /// What is counted.
    pub metrics: Metrics,
    /// Who stands in front.
    pub hops: TrustedProxyHops,
    /// Who is over a rate limit.
    pub refused: Refused,
}

/// A Console that is ready to serve.
pub struct Application {
    server: Server,
    port: u16,
    shared: Shared,
    departure: Option<Departure>,
    waiting: service_kit::audit::worker::Waiting,
}

impl Application {
    /// Puts everything together and listens. The database need not be there yet: `/readyz` says.
    ///
    /// # Errors
    /// Where a part cannot be made or the port is taken.
    pub fn build(settings: Settings) -> Result<Self, StartError> {
        let listener = server::listen(settings.port)?;
        let port = listener.local_addr()?.port();
        let shared = Shared::new(&settings)?;
        let server = serve(listener, shared.clone(), settings.tuning.workers)?;
        let departure = service_kit::audit::worker::departure(&settings.audit)?;
        let waiting = service_kit::audit::worker::Waiting::new(&shared.metrics)?;
        Ok(Self { server, port, shared, departure, waiting })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `stop` is cancelled, then finishes what was begun.
    ///
    /// # Errors
    /// Where the server fails.
    pub async fn run_until_stopped(self, stop: CancellationToken) -> std::io::Result<()> {
        let background = self.shared.background.clone();
        background.spawn(housekeeping::run(self.shared.clone(), stop.clone()));
        let (pool, raptor) = (self.shared.pool.clone(), self.shared.raptor.clone());
        let sealing = service_kit::audit::worker::run(
            pool.clone(),
            &db::audit::LOG,
            self.departure,
            self.waiting,
            stop.clone(),
        );
        background.spawn(sealing);
        worker::start(pool, raptor, self.shared.mailer.clone(), &background, &stop);
        server::run_until_stopped(self.server, stop, background).await
    }
}

impl Shared {
    fn new(settings: &Settings) -> Result<Self, StartError> {
        let pool = Pool::with_patience(
            &settings.database,
            settings.tuning.pool_size,
            settings.tuning.patience,
        )?;
        let clock = settings.tuning.clock.clone();
        let metrics = Metrics::new()?;
        Ok(Self {
            passkeys: Data::new(Passkeys::new(
                &settings.public_url,
                &settings.rp_id,
                RELYING_PARTY,
            )?),
            challenges: ChallengeStore::Postgres(pool.clone()),
            overrides: settings.flag_overrides.clone(),
            guard: Guard {
                audience: Party::Console,
                keys: settings.internal_keys.clone(),
                clock: clock.clone(),
                pool: pool.clone(),
            },
            health: Health {
                pool: pool.clone(),
                migrations: migrate::versions(&MIGRATIONS)?,
                redis: None,
                metrics_token: settings.metrics_token.clone(),
                metrics_token_previous: settings.metrics_token_previous.clone(),
                gauges: Gauges::new(&metrics)?,
                readiness: Readiness::default(),
            },
            hops: settings.trusted_proxy_hops,
            refused: Refused::default(),
            public_url: settings.public_url.clone(),
            background: Background::default(),
            raptor: raptor(settings, &pool)?,
            mailer: mailer(settings, &pool, &metrics)?,
            webhook_secret: WebhookSecret::new(
                settings.postmark_webhook_secret.clone(),
                settings.postmark_webhook_secret_previous.clone(),
            ),
            smoke_email_domain: SmokeEmailDomain(settings.smoke_email_domain.clone()),
            metrics,
            clock,
            pool,
        })
    }

    fn ghost_reset(&self) -> GhostReset {
        GhostReset {
            pool: self.pool.clone(),
            raptor: self.raptor.clone(),
            mailer: self.mailer.clone(),
            background: self.background.clone(),
            clock: self.clock.clone(),
        }
    }

    /// Everything that handlers ask for.
    fn install(&self, config: &mut ServiceConfig) {
        health::data(config, self.health.clone(), self.metrics.clone());
        config
            .app_data(Data::new(self.pool.clone()))
            .app_data(Data::new(self.clock.clone()))
            .app_data(Data::new(self.public_url.clone()))
            .app_data(Data::new(self.background.clone()))
            .app_data(Data::new(self.raptor.clone()))
            .app_data(Data::new(self.mailer.clone()))
            .app_data(Data::new(Invitations::new(
                self.pool.clone(),
                self.mailer.clone(),
                self.background.clone(),
            )))
            .app_data(Data::new(self.ghost_reset()))
            .app_data(Data::new(self.webhook_secret.clone()))
            .app_data(Data::new(self.smoke_email_domain.clone()))
            .app_data(self.passkeys.clone())
            .app_data(Data::new(self.challenges.clone()))
            .app_data(Data::new(self.overrides.clone()))
            .app_data(Data::new(self.guard.clone()))
            .app_data(Data::new(self.hops))
            .app_data(Data::new(self.refused.clone()))
            .app_data(Data::new(ErrorPages(error::draw)));
    }
}

fn raptor(settings: &Settings, pool: &Pool) -> Result<RaptorClient, StartError> {
    let key = settings.internal_keys.current().clone();
    let (url, clock) = (settings.raptor_internal_url.clone(), settings.tuning.clock.clone());
    let heads = Heads::new(pool.clone());
    Ok(RaptorClient::new(ServiceClient::new(url, key, Party::Console, clock)?, heads))
}

fn mailer(settings: &Settings, pool: &Pool, metrics: &Metrics) -> Result<Mailer, StartError> {
    let secrets = &settings.secret_keys;
    let keys = WalkthroughKeys::new(&secrets.current, secrets.previous.as_ref());
    let links = Links::new(settings.raptor_public_url.clone(), keys);
    let postmark = Postmark::new(&settings.postmark)?;
    Ok(Mailer::new(pool.clone(), postmark, settings.postmark.from.as_str(), links, metrics)?)
}

fn serve(
    listener: TcpListener,
    shared: Shared,
    workers: Option<usize>,
) -> Result<Server, StartError> {
    let server = HttpServer::new(move || {
        let shared = shared.clone();
        App::new()
            .configure(|config| shared.install(config))
            .configure(routes::routes)
            .default_service(web::to(resource::not_found))
            .wrap(from_fn(overload::shed))
            .wrap(from_fn(errors::render))
            .wrap(from_fn(token_page::guard))
            .wrap(from_fn(trace::trace))
            .wrap(from_fn(headers::secure))
            .wrap(from_fn(unread::close))
    });
    let server = match workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    let server = server
        .disable_signals()
        .shutdown_timeout(REQUEST_GRACE_SECONDS)
        .client_request_timeout(REQUEST_LIMIT)
        .max_connections(server::CONNECTIONS_A_WORKER)
        .listen(listener)?;
    Ok(server.run())
}
