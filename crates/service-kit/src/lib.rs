//! What any of our services needs, once: settings, logs, databases, error answers, health,
//! the guard of the internal APIs, passkey ceremonies and a graceful stop.
//!
//! Nothing in here knows what a tester or a ghost is.

pub mod assets;
pub mod audit;
mod causes;
pub mod challenge;
pub mod clock;
pub mod db;
pub mod error;
pub mod fail_point;
pub mod health;
pub mod http;
pub mod metrics;
pub mod migrate;
pub mod openapi;
mod outage;
pub mod passkey;
pub mod redis;
pub mod server;
pub mod service_client;
pub mod service_token;
pub mod session;
pub mod settings;
pub mod stop;
pub mod telemetry;
pub mod text;
pub mod tls;
pub mod traces;
pub mod user_agent;
