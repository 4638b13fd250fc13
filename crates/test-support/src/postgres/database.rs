//! A database for one test.

use std::fmt::Display;
use std::future::Future;

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};

use super::template::{self, Template, connect, run};
use super::{Shared, shared};

/// A database that belongs to one test: a clone of a migrated template on the
/// [`shared`] server, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static Shared,
    name: String,
}

impl TestDatabase {
    /// Clones the template, which the first caller on this server makes.
    ///
    /// # Panics
    ///
    /// When there is no server, or the template cannot be made or cloned.
    pub async fn create<M, F, E>(template: &Template<M>) -> Self
    where
        M: Fn(String) -> F + Sync,
        F: Future<Output = Result<(), E>>,
        E: Display,
    {
        let server = shared();
        let mut admin = connect(&server.url("postgres")).await;
        let source = template::ensure(server, &mut admin, template).await;
        let name = format!("test_{}_{}", template.name, uuid::Uuid::new_v4().simple());
        // Copied as files: the other way, through the log, takes twice the time.
        let clone = format!("CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY");
        run(&mut admin, &clone).await;
        Self { server, name }
    }

    /// An empty database: for tests of the migrations themselves.
    ///
    /// # Panics
    ///
    /// When there is no server.
    pub async fn create_empty() -> Self {
        let server = shared();
        let name = format!("test_empty_{}", uuid::Uuid::new_v4().simple());
        let mut admin = connect(&server.url("postgres")).await;
        run(&mut admin, &format!("CREATE DATABASE {name}")).await;
        Self { server, name }
    }

    /// Its URL, for a service's `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection of the superuser to it.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub async fn connect(&self) -> AsyncPgConnection {
        connect(&self.url()).await
    }
}

/// Best effort: what is not dropped goes with the server. A thread of its own, because
/// `drop` cannot wait for a future on the runtime that calls it.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        let url = self.server.url("postgres");
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(mut admin) = AsyncPgConnection::establish(&url).await {
                    let _ = admin.batch_execute(&sql).await;
                }
            });
        });
        let _ = dropper.join();
    }
}
