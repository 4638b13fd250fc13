//! One request, its answer, and what is to be thought of it.

use std::time::{Duration, Instant};

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// How long a client waits for an answer. A service that lives answers sooner, if only with 503.
const LIMIT: Duration = Duration::from_secs(15);

/// How long an unused connection is kept: less than a service keeps it, so that no request is lost
/// to a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(2);

/// What became of one request.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// The kinds of answers.
#[derive(Debug)]
pub(super) enum Outcome {
    /// What was asked for.
    Right,
    /// An honest refusal: 429 or 503, a code, and when to come back.
    TurnedAway,
    /// Anything else, no answer within the limit included.
    Wrong(String),
}

/// An HTTP client as a router in front of the services is one.
pub(super) fn new() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LIMIT)
        .pool_idle_timeout(IDLE)
        .build()
}

/// Sends it; `Ok` is the body of an answer with that status.
pub(super) async fn send(request: RequestBuilder, wanted: StatusCode) -> Result<String, Outcome> {
    let sent = request.send().await.map_err(|error| broken(&error))?;
    let (status, headers) = (sent.status(), sent.headers().clone());
    let body = sent.text().await.map_err(|error| broken(&error))?;
    if status == wanted {
        return Ok(body);
    }
    let refused =
        status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS;
    if refused && headers.contains_key(RETRY_AFTER) && names_its_code(&body) {
        return Err(Outcome::TurnedAway);
    }
    let body: String = body.chars().take(200).collect();
    Err(Outcome::Wrong(format!("{} {body}", status.as_u16())))
}

/// The same for a JSON answer.
pub(super) async fn json(request: RequestBuilder, wanted: StatusCode) -> Result<Value, Outcome> {
    let body = send(request, wanted).await?;
    serde_json::from_str(&body).map_err(|error| Outcome::Wrong(format!("{error}: {body}")))
}

/// Times it.
pub(super) async fn see(asking: impl Future<Output = Result<(), Outcome>>) -> Seen {
    let began = Instant::now();
    let outcome = asking.await.err().unwrap_or(Outcome::Right);
    Seen { outcome, took: began.elapsed() }
}

/// Every error has its code, be it JSON or a page; `/readyz` says its state.
fn names_its_code(body: &str) -> bool {
    match serde_json::from_str::<Value>(body) {
        Ok(body) => body.get("error").or_else(|| body.get("status")).is_some(),
        Err(_) => body.contains("<html"),
    }
}

fn broken(error: &reqwest::Error) -> Outcome {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    Outcome::Wrong(text)
}
