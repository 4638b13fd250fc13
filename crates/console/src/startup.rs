//! The one way to start the Console: in production, in tests and in the demo.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::{App, HttpServer};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use service_kit::audit::departure::Departure;
use service_kit::db::DbError;
use service_kit::http::{errors, headers, overload, resource, trace, unread};
use service_kit::migrate::MigrateError;
use service_kit::passkey::CeremonyError;
use service_kit::server::{self, CONNECTIONS_A_WORKER, HEAD_LIMIT};
use service_kit::settings::warn_of_published;
use service_kit::stop::REQUEST_GRACE_SECONDS;
use service_kit::traces::TracesError;
use tokio_util::sync::CancellationToken;

use crate::http::token_page;
use crate::settings::Settings;
use crate::state::Shared;
use crate::{db, housekeeping, routes, worker};

/// The schema, as this binary wants it.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations-console");

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
    /// Traces cannot be sent.
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] TracesError),
    /// TLS cannot be set up.
    #[error("other services cannot be called: {0}")]
    Http(#[from] reqwest::Error),
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
        warn_of_published(&settings.published_keys);
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
        let (mailer, gauges) = (self.shared.mailer.clone(), self.shared.gauges.clone());
        worker::start(pool, raptor, mailer, gauges, &background, &stop);
        server::run_until_stopped(self.server, stop, background, self.shared.traces.clone()).await
    }
}

fn serve(
    listener: TcpListener,
    shared: Shared,
    workers: Option<usize>,
) -> Result<Server, StartError> {
    let hops = shared.hops;
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
        .client_request_timeout(HEAD_LIMIT)
        .keep_alive(server::keep_alive(hops))
        .max_connections(CONNECTIONS_A_WORKER)
        .listen(listener)?;
    Ok(server.run())
}
