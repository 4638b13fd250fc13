//! A throw-away Postgres, and a database of its own for each test.
//!
//! [`Cluster`] is a server that is gone when its handle is. [`shared`] is the one server of
//! this test process, or the one that `cargo xtask test` has started for all of them.
//! [`TestDatabase`] is a clone of a migrated template.

mod cluster;
mod contents;
mod database;
mod programs;
mod template;

use std::sync::OnceLock;

pub use cluster::{Cluster, Options};
pub use database::TestDatabase;
pub use template::{Template, fingerprint_of};

/// Names a running server that tests use instead of one of their own: the URL of a
/// superuser, `postgres://user@host:port/any`.
pub const URL_VARIABLE: &str = "TEST_POSTGRES_URL";

/// The server that the tests of this process share.
#[derive(Debug)]
pub enum Shared {
    /// Somebody else's, by [`URL_VARIABLE`].
    Given(url::Url),
    /// Ours; it goes when this process goes.
    Own(Cluster),
}

impl Shared {
    /// The URL of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match self {
            Self::Given(url) => {
                let mut url = url.clone();
                url.set_path(database);
                url.into()
            }
            Self::Own(cluster) => cluster.url(database),
        }
    }

    fn find() -> Self {
        match crate::environment(URL_VARIABLE) {
            Some(url) => Self::Given(
                url.parse().unwrap_or_else(|error| panic!("{URL_VARIABLE} is no URL: {error}")),
            ),
            None => Self::Own(
                Cluster::start(&Options::default()).unwrap_or_else(|error| panic!("{error}")),
            ),
        }
    }
}

/// The server that the tests of this process share, started at the first call.
///
/// # Panics
///
/// When there is none and none can be started.
pub fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(Shared::find)
}

#[cfg(test)]
mod tests;
