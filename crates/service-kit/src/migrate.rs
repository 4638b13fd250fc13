//! Bringing a schema up to date, safely when two processes do it at once.

use diesel::sql_query;
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::db::{self, DbError, Pool};
use crate::settings::DatabaseSettings;

/// The advisory lock that only one migrating process holds, a number of our own choice.
const LOCK: i64 = 0x5261_7878; // "Raxx"

/// Why a schema was not brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database could not be reached or refused the lock.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A migration failed; it was rolled back, those before it stand.
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Applies what is missing and names it, in order. A second process waits until the first is
/// done and then finds nothing to do.
///
/// Call it on a multi-thread tokio runtime: the harness demands one.
///
/// # Errors
/// Where the database cannot be reached or a migration fails.
pub async fn run(
    settings: &DatabaseSettings,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    let mut connection = db::connect(settings).await?;
    sql_query("SELECT pg_advisory_lock($1)")
        .bind::<diesel::sql_types::BigInt, _>(LOCK)
        .execute(&mut connection)
        .await
        .map_err(DbError::from)?;
    // The harness blocks its thread. On the caller's it would swallow the wake-ups of whatever
    // else the caller's task waits for.
    let work = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        // The lock ends with the connection, which the harness takes along.
        harness
            .run_pending_migrations(migrations)
            .map(|versions| versions.iter().map(ToString::to_string).collect())
            .map_err(|error| MigrateError::Migration(error.to_string()))
    });
    work.await.map_err(|error| MigrateError::Migration(error.to_string()))?
}

/// What a person is told of a run.
#[must_use]
pub fn summary(applied: &[String]) -> String {
    match applied {
        [] => "The schema is up to date.".to_owned(),
        applied => format!("Applied {}.", applied.join(", ")),
    }
}

/// Whether every one of `versions` has been applied.
///
/// # Errors
/// Where the database cannot be reached or takes no writes. A database that was never migrated is
/// no error.
pub async fn is_current(pool: &Pool, versions: &[String]) -> Result<bool, DbError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        missing: i64,
        #[diesel(sql_type = diesel::sql_types::Bool)]
        read_only: bool,
    }
    let mut connection = pool.get().await?;
    let counted = sql_query(
        "SELECT count(*) AS missing, current_setting('transaction_read_only')::bool AS read_only \
         FROM unnest($1) AS wanted(version) \
         WHERE NOT EXISTS (SELECT FROM __diesel_schema_migrations applied \
                           WHERE applied.version = wanted.version)",
    )
    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(versions)
    .get_result::<Row>(&mut connection)
    .await
    .map_err(DbError::from);
    match counted {
        Ok(row) if row.read_only => {
            Err(DbError::Unavailable("the database takes no writes".to_owned()))
        }
        Ok(row) => Ok(row.missing == 0),
        Err(DbError::Query(_)) => Ok(false),
        Err(unavailable) => Err(unavailable),
    }
}

/// The versions that a binary was built with.
///
/// # Errors
/// Where the embedded migrations cannot be listed.
pub fn versions(migrations: &EmbeddedMigrations) -> Result<Vec<String>, MigrateError> {
    use diesel::migration::MigrationSource;
    let all = MigrationSource::<diesel::pg::Pg>::migrations(migrations)
        .map_err(|error| MigrateError::Migration(error.to_string()))?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}
