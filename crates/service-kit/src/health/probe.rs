//! Asking a service on this machine whether it is alive: what a container's health check runs,
//! without a program of its own for HTTP.

use std::time::Duration;

use reqwest::redirect;

/// How long the answer may take.
const WAIT: Duration = Duration::from_secs(3);

/// Why it does not count as alive.
#[derive(Debug, thiserror::Error)]
pub enum NotAlive {
    /// No client could be made, or there was no answer in time.
    #[error("nobody answers on port {port}: {error}")]
    NoAnswer {
        /// Where it was looked for.
        port: u16,
        /// Why.
        error: reqwest::Error,
    },
    /// It answered, and not 200.
    #[error("it answers {0}")]
    Answered(reqwest::StatusCode),
}

/// Asks `/healthz` on a port of this machine.
///
/// # Errors
/// [`NotAlive`].
pub async fn probe(port: u16) -> Result<(), NotAlive> {
    let failed = |error| NotAlive::NoAnswer { port, error };
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(WAIT)
        .timeout(WAIT)
        .build()
        .map_err(failed)?;
    let url = format!("http://127.0.0.1:{port}/healthz");
    match client.get(url).send().await.map_err(failed)?.status() {
        reqwest::StatusCode::OK => Ok(()),
        other => Err(NotAlive::Answered(other)),
    }
}
