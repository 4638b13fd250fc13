//! Calls to the other service's internal API, each with a token of its own.

use std::time::Duration;

use ghost_contracts::service_token::{self, Party, SigningKey};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::causes::causes;
use crate::clock::Clock;
use crate::http::request_id::RequestId;
use crate::metrics::Metrics;
use crate::settings::ServiceUrl;
use crate::traces::span;

/// How long a call may take in all (section 8 of the contracts).
pub const CALL_LIMIT: Duration = Duration::from_secs(5);
/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long an unused connection is kept: less than the other side keeps it, so that a call is
/// not lost to a connection that is just being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(3);
/// The most an answer may hold, in bytes.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// How a call can end, as a metric has it.
const OUTCOMES: [&str; 6] =
    [ANSWERED, REFUSED, FAILED, "unreachable", "no_answer", "unintelligible"];
/// What was asked for was decided, a no included.
const ANSWERED: &str = "answered";
/// The other side does not take our service token: 401 or 403.
const REFUSED: &str = "refused";
/// The other side could not, 500 and above, or it is somebody else who sends us on to elsewhere.
const FAILED: &str = "failed";

/// A caller of one service.
#[derive(Clone)]
pub struct ServiceClient {
    http: reqwest::Client,
    base: ServiceUrl,
    key: SigningKey,
    issuer: Party,
    clock: Clock,
    metrics: Metrics,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The request never arrived: nothing can have been done.
    #[error("the other service cannot be reached: {0}")]
    Unreachable(String),
    /// It may have arrived: a time-out, or an answer that was cut off.
    #[error("the other service did not answer: {0}")]
    NoAnswer(String),
    /// An answer that makes no sense.
    #[error("the other service answered unintelligibly: {0}")]
    Unintelligible(String),
}

impl CallError {
    /// In one word.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::NoAnswer(_) => "no_answer",
            Self::Unintelligible(_) => "unintelligible",
        }
    }
}

impl ServiceClient {
    /// A client that signs as `issuer`, and counts its calls in `metrics`, those to `paths` from 0.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(
        base: ServiceUrl,
        key: SigningKey,
        issuer: Party,
        clock: Clock,
        metrics: Metrics,
        paths: &[&'static str],
    ) -> Result<Self, reqwest::Error> {
        for path in paths {
            metrics.expect_calls(path, &OUTCOMES);
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(CALL_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { http, base, key, issuer, clock, metrics })
    }

    /// Posts `body` to `path` with a fresh token and hands the request's id on.
    ///
    /// # Errors
    /// Where there is no whole answer within 5 s.
    pub async fn post(
        &self,
        path: &'static str,
        body: &impl Serialize,
        request_id: &RequestId,
    ) -> Result<Answer, CallError> {
        self.post_with(path, body, request_id, None).await
    }

    /// The same with a header more. The token does not cover it.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_with(
        &self,
        path: &'static str,
        body: &impl Serialize,
        request_id: &RequestId,
        header: Option<(&'static str, String)>,
    ) -> Result<Answer, CallError> {
        let call = span::call("POST", path);
        let mut headers = HeaderMap::new();
        call.announce(&mut headers);
        if let Some((name, value)) = header {
            let value = HeaderValue::try_from(value);
            headers.insert(name, value.map_err(|e| CallError::Unreachable(e.to_string()))?);
        }
        let answer = self.send(path, body, request_id, headers).await;
        match &answer {
            Ok(answer) => {
                self.metrics.call(path, outcome(answer.status));
                call.answered(answer.status);
            }
            Err(error) => {
                self.metrics.call(path, error.kind());
                call.failed(error.kind());
            }
        }
        answer
    }

    async fn send(
        &self,
        path: &str,
        body: &impl Serialize,
        request_id: &RequestId,
        headers: HeaderMap,
    ) -> Result<Answer, CallError> {
        let body = serde_json::to_vec(body).map_err(|e| CallError::Unreachable(e.to_string()))?;
        let now = self.clock.now();
        let token = service_token::sign(&self.key, self.issuer, "POST", path, &body, now);
        let sent = self
            .http
            .post(format!("{}{path}", self.base.as_str()))
            .headers(headers)
            .bearer_auth(token)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .header(crate::http::request_id::HEADER.as_str(), request_id.as_str())
            .body(body)
            .send()
            .await;
        let mut response = sent.map_err(|error| {
            let unreachable = error.is_connect() || error.is_builder();
            let cause = causes(&error.without_url());
            if unreachable { CallError::Unreachable(cause) } else { CallError::NoAnswer(cause) }
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let cut = |error: reqwest::Error| CallError::NoAnswer(causes(&error.without_url()));
        while let Some(chunk) = response.chunk().await.map_err(cut)? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Err(CallError::Unintelligible("an answer over 1 MiB".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// The bytes of a header, where the answer has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name).map(HeaderValue::as_bytes)
    }

    /// The body as `T`.
    ///
    /// # Errors
    /// [`CallError::Unintelligible`] where it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let status = self.status.as_u16();
            CallError::Unintelligible(format!("status {status}, {:?}", error.classify()))
        })
    }
}

/// In one word, where there is an answer.
fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => REFUSED,
        200..300 | 400..500 => ANSWERED,
        _ => FAILED,
    }
}
