//! How a connection to Postgres is opened.

use std::sync::Once;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncConnection as _;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::watch::{self, Questions};
use super::{Connection, DbError};
use crate::settings::{DatabaseSettings, TlsMode};
use crate::tls;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What a server does to statements, waits and transactions of requests that take too long.
const LIMITS: &str = "-c statement_timeout=10s -c lock_timeout=5s \
                      -c idle_in_transaction_session_timeout=15s";

/// Some refusals are told by their words ([`DbError`]), so a server that may speak another language
/// is asked for English. It may not let us: then the answer is `false`. (`C.UTF-8` is English
/// unless the server's environment names a language beside it.)
const SPEAK_ENGLISH: &str = "\
    SELECT CASE WHEN current_setting('lc_messages') ~* '^(c|posix|en(_.*)?)$' THEN true \
                WHEN has_parameter_privilege('lc_messages', 'SET') \
                THEN set_config('lc_messages', 'C', false) IS NOT NULL \
                ELSE current_setting('lc_messages') ~* '^c\\.' END";

/// Opens connections with the same settings.
#[derive(Clone)]
pub(super) struct Connector {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
    /// For how long a server may leave a question unanswered; without end where there is nothing.
    silence: Option<Duration>,
}

impl Connector {
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, DbError> {
        let unusable = |error: &dyn std::fmt::Display| DbError::Unavailable(error.to_string());
        let mut config: tokio_postgres::Config =
            settings.url.driver_url().parse().map_err(|error| unusable(&error))?;
        config.connect_timeout(CONNECT);
        let client = match settings.url.tls() {
            TlsMode::Disable => None,
            TlsMode::Prefer | TlsMode::Require => Some(tls::accepting_any_certificate()),
            TlsMode::VerifyFull => Some(tls::verifying(settings.ca.as_ref())),
        };
        config.ssl_mode(match settings.url.tls() {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyFull => SslMode::Require,
        });
        let tls = client.transpose().map_err(|error| unusable(&error))?;
        Ok(Self { config, tls: tls.map(MakeRustlsConnect::new), silence: None })
    }

    /// No request waits without end: for a statement, for a lock, for a server that fell silent.
    pub(super) fn with_limits(mut self, silence: Duration) -> Self {
        let given = self.config.get_options().unwrap_or_default();
        let options = format!("{given} {LIMITS}");
        self.config.options(options.trim()).tcp_user_timeout(CONNECT * 2).keepalives_idle(CONNECT);
        self.silence = Some(silence);
        self
    }

    pub(super) async fn connect(&self) -> ConnectionResult<Connection> {
        match &self.tls {
            None => {
                let connected = self.config.connect(NoTls).await;
                let (client, connection) = connected.map_err(refused)?;
                self.watched(client, connection).await
            }
            Some(tls) => {
                let connected = self.config.connect(tls.clone()).await;
                let (client, connection) = connected.map_err(refused)?;
                self.watched(client, connection).await
            }
        }
    }

    /// The connection, with somebody beside it who gives it up where the server falls silent.
    async fn watched<T>(
        &self,
        client: Client,
        connection: tokio_postgres::Connection<tokio_postgres::Socket, T>,
    ) -> ConnectionResult<Connection>
    where
        T: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
    {
        let Some(silence) = self.silence else {
            return Connection::try_from_client_and_connection(client, connection).await;
        };
        let (questions, watcher) = Questions::new(silence);
        tokio::spawn(watch::drive(connection, watcher));
        let set_up = async {
            speak_english(&client).await;
            Connection::try_from(client).await
        };
        let late = |_| ConnectionError::BadConnection("the server does not answer".to_owned());
        let mut connection = tokio::time::timeout(CONNECT, set_up).await.map_err(late)??;
        connection.set_instrumentation(questions);
        Ok(connection)
    }
}

fn refused(error: tokio_postgres::Error) -> ConnectionError {
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    ConnectionError::BadConnection(cause.unwrap_or_else(|| error.to_string()))
}

/// Best effort: a server that cannot is as good as one that must not.
async fn speak_english(client: &Client) {
    static TOLD: Once = Once::new();
    let answer = client.simple_query(SPEAK_ENGLISH).await.unwrap_or_default();
    let english = answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    });
    if !english {
        TOLD.call_once(|| {
            tracing::warn!(
                "Postgres does not speak English (lc_messages) and does not let this role change \
                 that: time-outs, deadlocks and shutdowns in the middle of a statement count as \
                 faults of ours. ALTER DATABASE … SET lc_messages = 'C' mends it"
            );
        });
    }
}
