//! Sending traces over the HTTP client that all our calls use: rustls, and a limit of time. It runs
//! on the service's runtime; the thread that sends waits for it and for nothing else does anybody.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use prometheus::IntCounterVec;
use reqwest::redirect;
use tokio::runtime::Handle;

use crate::causes::causes;
use crate::metrics::Metrics;
use crate::outage::{Outage, Turn};

/// How long one sending may take in all.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// The most that is read of a collector's answer, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024;

/// What counts the sendings.
pub(super) fn counter(metrics: &Metrics) -> Result<IntCounterVec, prometheus::Error> {
    let help = "Batches of spans that the collector of OTEL_EXPORTER_OTLP_ENDPOINT took or not.";
    let sent = metrics.counters("trace_exports_total", help, &["outcome"])?;
    for outcome in ["accepted", "failed"] {
        sent.with_label_values(&[outcome]);
    }
    Ok(sent)
}

/// The collector, as the exporter knows it.
pub(super) struct Collector {
    http: reqwest::Client,
    runtime: Handle,
    sent: IntCounterVec,
    outage: Outage,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

impl Collector {
    pub(super) fn new(sent: IntCounterVec) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { http, runtime: Handle::current(), sent, outage: Outage::default() })
    }

    /// Says once that the collector takes nothing, and once that it does again.
    fn note(&self, failure: Option<&str>) {
        let outcome = if failure.is_some() { "failed" } else { "accepted" };
        self.sent.with_label_values(&[outcome]).inc();
        match (failure, self.outage.note(failure.is_some())) {
            (Some(error), Some(Turn::Fails)) => {
                tracing::warn!(error, "traces do not reach their collector");
            }
            (None, Some(Turn::Works)) => tracing::info!("traces reach their collector again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = self.runtime.spawn(send(self.http.clone(), request));
        let answer = sending.await.map_err(HttpError::from).flatten();
        match &answer {
            Ok(answer) if answer.status().is_success() => self.note(None),
            Ok(answer) => self.note(Some(answer.status().as_str())),
            Err(error) => self.note(Some(&causes(error.as_ref()))),
        }
        answer
    }
}

async fn send(
    http: reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let request = reqwest::Request::try_from(request)?;
    let mut answer = http.execute(request).await.map_err(reqwest::Error::without_url)?;
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        headers.clone_from(answer.headers());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err("an answer over 64 KiB".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body.into())?)
}
