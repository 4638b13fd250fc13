//! Postgres: the pool, one connection, and the one function that opens a transaction.

use std::time::Duration;

use deadpool::Runtime;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool as DeadPool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use futures_util::FutureExt;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::settings::{DatabaseSettings, TlsMode};
use crate::tls;

/// A connection to Postgres.
pub type Connection = AsyncPgConnection;
/// A connection borrowed from the pool.
pub type Pooled = Object<AsyncPgConnection>;

/// How long a request waits for a connection before it answers 503.
const WAIT: Duration = Duration::from_secs(5);

/// What a server does to statements, waits and transactions of requests that take too long.
const LIMITS: &str = "-c statement_timeout=10s -c lock_timeout=5s \
                      -c idle_in_transaction_session_timeout=15s";

/// Connections shared by the requests of a process.
#[derive(Clone)]
pub struct Pool(DeadPool<AsyncPgConnection>);

impl Pool {
    /// A pool of at most `size` connections. None is opened until it is needed.
    ///
    /// # Errors
    /// Where the TLS settings cannot be used.
    pub fn new(settings: &DatabaseSettings, size: usize) -> Result<Self, DbError> {
        let connector = Connector::new(settings)?.with_limits();
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |_| {
            let connector = connector.clone();
            async move { connector.connect().await }.boxed()
        });
        let manager =
            AsyncDieselConnectionManager::new_with_config(settings.url.driver_url(), config);
        let pool = DeadPool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self(pool))
    }

    /// A connection.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database cannot be reached or every connection stays
    /// busy for 5 s.
    pub async fn get(&self) -> Result<Pooled, DbError> {
        let late = |_| DbError::Unavailable("no connection within 5 s".to_owned());
        let got = tokio::time::timeout(WAIT, self.0.get()).await.map_err(late)?;
        got.map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// Connections open, and connections waiting for work.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        let status = self.0.status();
        (status.size, status.available)
    }
}

/// Opens one connection outside any pool.
///
/// # Errors
/// [`DbError::Unavailable`] where the database cannot be reached.
pub async fn connect(settings: &DatabaseSettings) -> Result<Connection, DbError> {
    let connection = Connector::new(settings)?.connect().await;
    connection.map_err(|error| DbError::Unavailable(error.to_string()))
}

#[derive(Clone)]
struct Connector {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    fn new(settings: &DatabaseSettings) -> Result<Self, DbError> {
        let unusable = |error: &dyn std::fmt::Display| DbError::Unavailable(error.to_string());
        let mut config: tokio_postgres::Config =
            settings.url.driver_url().parse().map_err(|error| unusable(&error))?;
        config.connect_timeout(WAIT);
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
        Ok(Self { config, tls: tls.map(MakeRustlsConnect::new) })
    }

    /// No request waits without end: for a statement, for a lock, for a server that fell silent.
    fn with_limits(mut self) -> Self {
        let given = self.config.get_options().unwrap_or_default();
        let options = format!("{given} {LIMITS}");
        self.config.options(options.trim()).tcp_user_timeout(WAIT * 2).keepalives_idle(WAIT);
        self
    }

    async fn connect(&self) -> ConnectionResult<Connection> {
        let refused = |error: tokio_postgres::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            ConnectionError::BadConnection(cause.unwrap_or_else(|| error.to_string()))
        };
        match &self.tls {
            None => {
                let connected = self.config.connect(tokio_postgres::NoTls).await;
                let (client, connection) = connected.map_err(refused)?;
                Connection::try_from_client_and_connection(client, connection).await
            }
            Some(tls) => {
                let connected = self.config.connect(tls.clone()).await;
                let (client, connection) = connected.map_err(refused)?;
                Connection::try_from_client_and_connection(client, connection).await
            }
        }
    }
}

/// What can go wrong between a service and its database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, or went away in the middle.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It answered, and refused.
    #[error(transparent)]
    Query(DieselError),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        if went_away(&error) { Self::Unavailable(error.to_string()) } else { Self::Query(error) }
    }
}

impl DbError {
    /// The name of the constraint that refused the statement, where one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Query(DieselError::DatabaseError(_, information)) => {
                information.constraint_name()
            }
            _ => None,
        }
    }

    /// Whether a foreign key refused the statement: the row it points to has gone.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        let kind = DatabaseErrorKind::ForeignKeyViolation;
        matches!(self, Self::Query(DieselError::DatabaseError(found, _)) if is(found, &kind))
    }
}

impl Transient for DbError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Query(DieselError::DatabaseError(kind, information)) => {
                is(kind, &DatabaseErrorKind::SerializationFailure)
                    || information.message().contains("deadlock detected")
            }
            _ => false,
        }
    }
}

fn is(a: &DatabaseErrorKind, b: &DatabaseErrorKind) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// The driver gives no SQLSTATE for these, so a shutdown is told by the server's fixed words.
fn went_away(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(kind, information) => {
            let message = information.message();
            is(kind, &DatabaseErrorKind::ClosedConnection)
                || is(kind, &DatabaseErrorKind::ReadOnlyTransaction)
                || is(kind, &DatabaseErrorKind::UnableToSendCommand)
                || [
                    "terminating connection",
                    "shutting down",
                    "starting up",
                    "connection closed",
                    "due to statement timeout",
                    "due to lock timeout",
                ]
                .iter()
                .any(|words| message.contains(words))
        }
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Runs `work` in one transaction, READ COMMITTED whatever the server's default: it is committed
/// where `work` succeeds and rolled back where it fails or is dropped.
///
/// READ COMMITTED, because a lock is only worth something if the statement after it sees what
/// was committed while it waited.
///
/// # Errors
/// What `work` returns; where the database is away, or the commit failed.
pub async fn transaction<T, E: From<DbError>>(
    pool: &Pool,
    work: impl AsyncFnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |error: DieselError| E::from(DbError::from(error));
    let mut open = OpenTransaction(Some(pool.get().await?));
    let begin = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED";
    let connection = open.connection()?;
    AnsiTransactionManager::begin_transaction_sql(connection, begin).await.map_err(failed)?;
    match work(open.connection()?).await {
        Ok(value) => {
            let connection = open.connection()?;
            AnsiTransactionManager::commit_transaction(connection).await.map_err(failed)?;
            open.finish();
            Ok(value)
        }
        Err(error) => {
            // A rollback that fails means that the connection is gone, and the transaction too.
            match AnsiTransactionManager::rollback_transaction(open.connection()?).await {
                Ok(()) => open.finish(),
                Err(cause) => tracing::warn!(%cause, "a rollback failed"),
            }
            Err(error)
        }
    }
}

/// A connection in the middle of a transaction. Where its task is dropped, as actix does when a
/// client goes away, the connection is closed, and with it every lock goes: given back to the
/// pool it would keep them until somebody used it again.
struct OpenTransaction(Option<Pooled>);

impl OpenTransaction {
    fn connection(&mut self) -> Result<&mut Connection, DbError> {
        let gone = || DbError::Unavailable("the transaction is over".to_owned());
        self.0.as_deref_mut().ok_or_else(gone)
    }

    /// Committed or rolled back: the connection goes back to the pool.
    fn finish(mut self) {
        drop(self.0.take());
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(pooled) = self.0.take() {
            drop(Object::take(pooled));
        }
    }
}

/// An error that may tell a transaction to be run once more.
pub trait Transient {
    /// Whether the same transaction may well succeed when tried again.
    fn is_transient(&self) -> bool;
}

/// Runs `work`, a whole transaction, and once more where a deadlock or serialization failure
/// ended it (section 3 of the contracts).
///
/// # Errors
/// What `work` returns.
pub async fn retry_once<T, E: Transient>(work: impl AsyncFn() -> Result<T, E>) -> Result<T, E> {
    match work().await {
        Err(error) if error.is_transient() => {
            tracing::warn!("a transaction is run once more after a deadlock");
            work().await
        }
        other => other,
    }
}
