//! The services' `schema.rs`, written anew from the migrations.

use std::fmt::Display;

use diesel_async::{AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use test_support::postgres::{Cluster, Options};
use test_support::schema_file;

use crate::step::{Failure, announce};
use crate::workspace;

/// The directory of the migrations and the file that they make.
const SCHEMAS: [(&str, &str); 2] = [
    ("migrations-raptor", "crates/raptor-api/src/schema.rs"),
    ("migrations-console", "crates/console/src/schema.rs"),
];

/// Migrates an empty database for each service and writes down what came of it.
pub(crate) fn write() -> Result<(), Failure> {
    let cluster = Cluster::start(&Options::default())?;
    // Several threads: the migration harness blocks in place.
    let runtime = tokio::runtime::Runtime::new().map_err(failure)?;
    for (number, (migrations, file)) in SCHEMAS.iter().enumerate() {
        announce(&format!("{migrations} -> {file}"));
        let text = runtime.block_on(render(&cluster, migrations, &format!("schema_{number}")))?;
        std::fs::write(workspace().join(file), text).map_err(failure)?;
    }
    Ok(())
}

async fn render(cluster: &Cluster, migrations: &str, database: &str) -> Result<String, Failure> {
    use diesel_async::SimpleAsyncConnection as _;

    let mut admin =
        AsyncPgConnection::establish(&cluster.url("postgres")).await.map_err(failure)?;
    admin.batch_execute(&format!("CREATE DATABASE {database}")).await.map_err(failure)?;
    let connection = AsyncPgConnection::establish(&cluster.url(database)).await.map_err(failure)?;
    let source = FileBasedMigrations::from_path(workspace().join(migrations)).map_err(failure)?;
    let mut harness = AsyncMigrationHarness::new(connection);
    harness.run_pending_migrations(source).map_err(failure)?;
    let mut connection = harness.into_inner();
    schema_file::render(&mut connection).await.map_err(failure)
}

fn failure(error: impl Display) -> Failure {
    Failure::Schema(error.to_string())
}
