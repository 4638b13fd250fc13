//! Throw-away databases, a software passkey and stand-ins for the services around ours:
//! for tests and the demo.
//!
//! What the demo needs too ([`binaries`], [`postgres::Cluster`], [`redis::RedisServer`],
//! [`software_passkey::SoftwarePasskey::try_create`]) returns errors; all else panics,
//! because there a failure is the test's.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failure here is the test's failure"
)]

pub mod binaries;
pub mod chromium;
pub mod generated;
pub mod hold;
mod http_server;
pub mod postgres;
pub mod postmark;
pub mod proxy;
pub mod raw_server;
pub mod redis;
pub mod relay;
pub mod schema_file;
pub mod small_disk;
mod throwaway;
pub mod tls;
pub mod wait;
pub mod walk;

pub use http_server::{Answer, SeenRequest};
pub use software_passkey;
pub use throwaway::StartError;

/// A variable of the test run; empty is unset.
fn environment(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test run's servers are is no setting of a service"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
