//! One of the two services, with its door and its database.

use test_support::postgres::TestDatabase;
use test_support::proxy::HttpProxy;
use test_support::relay::Relay;
use tokio_util::sync::CancellationToken;

/// A running service. It stops when this goes.
pub struct Service {
    /// Where a browser finds it, without a slash at the end.
    pub origin: String,
    /// What everybody passes who asks it: a test can make it misbehave, path by path.
    pub door: HttpProxy,
    /// Its own.
    pub database: TestDatabase,
    /// By which it reaches its database.
    pub cable: Relay,
    stop: CancellationToken,
}

impl Service {
    /// Opens the door to what listens on `port` and runs until `stop`.
    pub(super) fn new(
        origin: &str,
        door: HttpProxy,
        (database, cable): (TestDatabase, Relay),
        port: u16,
        stop: CancellationToken,
    ) -> Self {
        door.set_target(format!("http://127.0.0.1:{port}"));
        Self { origin: origin.to_owned(), door, database, cable, stop }
    }

    /// An address of it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
