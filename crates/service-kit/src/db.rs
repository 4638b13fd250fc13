//! Postgres: the pool, one connection, and the one function that opens a transaction.

mod connector;
mod error;
mod watch;

use std::time::Duration;

use deadpool::Runtime;
use diesel::result::Error as DieselError;
use diesel_async::pooled_connection::deadpool::{Object, Pool as DeadPool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use futures_util::FutureExt;

use connector::Connector;
pub use error::{DbError, Transient, retry_once};

use crate::settings::DatabaseSettings;

/// A connection to Postgres.
pub type Connection = AsyncPgConnection;
/// A connection borrowed from the pool.
pub type Pooled = Object<AsyncPgConnection>;

/// How long a request waits for the database, and how many wait with it.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long for a connection, before it answers 503. Less than the 5 s that the other service
    /// waits for us, so that it hears of it.
    pub connection: Duration,
    /// How long for the answer to a statement, before the server counts as away. More than the
    /// 10 s after which a server that lives ends a statement by itself.
    pub answer: Duration,
    /// How many may wait for a connection before newcomers are turned away at the door
    /// ([`crate::http::overload`]).
    pub queue: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connection: Duration::from_secs(3), answer: Duration::from_secs(13), queue: 128 }
    }
}

impl Patience {
    /// For work that nobody waits for at the other end, and that reads as much as there is: a
    /// statement may take a day.
    #[must_use]
    pub fn of_a_command() -> Self {
        Self { answer: Duration::from_secs(24 * 60 * 60), ..Self::default() }
    }
}

/// Connections shared by the requests of a process.
#[derive(Clone)]
pub struct Pool {
    connections: DeadPool<AsyncPgConnection>,
    patience: Patience,
}

/// The use of a pool.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// The most connections that it opens.
    pub max: usize,
    /// Connections that are open.
    pub open: usize,
    /// Those of them that wait for work.
    pub idle: usize,
    /// Who waits for one.
    pub waiting: usize,
}

impl Pool {
    /// A pool of at most `size` connections. None is opened until it is needed.
    ///
    /// # Errors
    /// Where the TLS settings cannot be used.
    pub fn new(settings: &DatabaseSettings, size: usize) -> Result<Self, DbError> {
        Self::with_patience(settings, size, Patience::default())
    }

    /// The same with other limits of time.
    ///
    /// # Errors
    /// Where the TLS settings cannot be used.
    pub fn with_patience(
        settings: &DatabaseSettings,
        size: usize,
        patience: Patience,
    ) -> Result<Self, DbError> {
        let connector = Connector::new(settings)?.with_limits(patience.answer);
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |_| {
            let connector = connector.clone();
            async move { connector.connect().await }.boxed()
        });
        let manager =
            AsyncDieselConnectionManager::new_with_config(settings.url.driver_url(), config);
        let wait = Some(patience.connection);
        let pool = DeadPool::builder(manager)
            .max_size(size)
            .wait_timeout(wait)
            .create_timeout(wait)
            .recycle_timeout(wait)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { connections: pool, patience })
    }

    /// A connection.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database cannot be reached or every connection stays
    /// busy for [`Patience::connection`].
    pub async fn get(&self) -> Result<Pooled, DbError> {
        let wait = self.patience.connection;
        let late = |_| DbError::Unavailable(format!("no connection within {} s", wait.as_secs()));
        let got = tokio::time::timeout(wait, self.connections.get()).await.map_err(late)?;
        got.map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// How it is used at this moment.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let status = self.connections.status();
        let (max, open) = (status.max_size, status.size);
        Usage { max, open, idle: status.available, waiting: status.waiting }
    }

    /// Whether so many wait for a connection that nobody else should.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.connections.status().waiting >= self.patience.queue
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
