//! A migrated database that others are cloned from, made once for all processes.

use std::fmt::Display;
use std::future::Future;
use std::path::Path;

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use sha2::{Digest as _, Sha256};

use super::Shared;

/// What a test's database starts from.
#[derive(Debug, Clone)]
pub struct Template<M> {
    /// Short and in lower case, as `raptor`: it becomes part of the databases' names.
    pub name: &'static str,
    /// Changes whenever the migrations do; [`fingerprint_of`] makes one.
    pub fingerprint: String,
    /// Brings the empty database of that URL up to date: `async |url: String| Result<(),
    /// impl Display>`. It is run on a runtime of its own with several threads, because
    /// diesel-async's migration harness demands one.
    pub migrate: M,
}

/// A fingerprint of all files under a directory: their paths and contents.
///
/// # Panics
///
/// When the directory cannot be read.
#[must_use]
pub fn fingerprint_of(directory: impl AsRef<Path>) -> String {
    let mut hash = Sha256::new();
    add_directory(&mut hash, directory.as_ref());
    hex::encode(hash.finalize())
}

fn add_directory(hash: &mut Sha256, directory: &Path) {
    let entries = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", directory.display()));
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            add_directory(hash, &path);
        } else {
            let content = std::fs::read(&path).expect("a file of the directory can be read");
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.update([0]);
            hash.update(content.len().to_be_bytes());
            hash.update(content);
        }
    }
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

/// The name of the template on that server, which exists once this returns.
pub(super) async fn ensure<M, F, E>(
    server: &Shared,
    admin: &mut AsyncPgConnection,
    template: &Template<M>,
) -> String
where
    M: Fn(String) -> F + Sync,
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    let hash = hex::encode(Sha256::digest(template.fingerprint.as_bytes()));
    let name = format!("template_{}_{}", template.name, hash.get(..16).unwrap_or(&hash));
    if exists(admin, &name).await {
        return name;
    }
    // Who comes second waits here and finds the template made. A maker that dies releases
    // the lock and leaves at most the half-made one, which has another name.
    diesel::sql_query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(&name)
        .execute(admin)
        .await
        .expect("the template's lock is taken");
    if !exists(admin, &name).await {
        make(server, admin, &name, &template.migrate).await;
    }
    diesel::sql_query("SELECT pg_advisory_unlock(hashtextextended($1, 0))")
        .bind::<Text, _>(&name)
        .execute(admin)
        .await
        .expect("the template's lock is released");
    name
}

async fn exists(admin: &mut AsyncPgConnection, database: &str) -> bool {
    diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists")
        .bind::<Text, _>(database)
        .get_result::<Exists>(admin)
        .await
        .expect("the list of databases can be read")
        .exists
}

async fn make<M, F, E>(server: &Shared, admin: &mut AsyncPgConnection, name: &str, migrate: &M)
where
    M: Fn(String) -> F + Sync,
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    let raw = format!("{name}_raw");
    run(admin, &format!("DROP DATABASE IF EXISTS {raw} WITH (FORCE)")).await;
    run(admin, &format!("CREATE DATABASE {raw}")).await;
    let url = server.url(&raw);
    let migrated = std::thread::scope(|scope| {
        let work = || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime for the migrations");
            runtime.block_on(async { migrate(url).await.map_err(|error| error.to_string()) })
        };
        scope.spawn(work).join().expect("the migrations do not panic")
    });
    if let Err(error) = migrated {
        panic!("the migrations of {name} failed: {error}");
    }
    // Nobody may be connected to a database that is cloned or renamed; a connection of the
    // migrations may still be saying goodbye.
    run(admin, &format!("ALTER DATABASE {raw} ALLOW_CONNECTIONS false")).await;
    let others = format!(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{raw}'"
    );
    run(admin, &others).await;
    run(admin, &format!("ALTER DATABASE {raw} RENAME TO {name}")).await;
}

/// Runs one statement made of names that are ours.
pub(super) async fn run(admin: &mut AsyncPgConnection, sql: &str) {
    if let Err(error) = admin.batch_execute(sql).await {
        panic!("{sql}: {error}");
    }
}

/// A connection to a database, without TLS.
pub(super) async fn connect(url: &str) -> AsyncPgConnection {
    match AsyncPgConnection::establish(url).await {
        Ok(connection) => connection,
        Err(error) => panic!("cannot connect to the test's Postgres: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_a_name_and_with_a_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        std::fs::create_dir(path.join("0001_create")).unwrap();
        std::fs::write(path.join("0001_create/up.sql"), "one").unwrap();
        let first = fingerprint_of(path);
        assert_eq!(first, fingerprint_of(path));
        std::fs::write(path.join("0001_create/up.sql"), "two").unwrap();
        let second = fingerprint_of(path);
        std::fs::rename(path.join("0001_create"), path.join("0002_create")).unwrap();
        let third = fingerprint_of(path);
        assert!(first != second && second != third && first != third);
    }
}
