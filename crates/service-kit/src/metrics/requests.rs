//! Requests: how many, how they were answered, how long that took.

use prometheus::{Error, HistogramVec, IntCounter, IntCounterVec, IntGauge};

use super::{Kept, Scope};
use crate::http::label::PROBES;

/// From what needs no database to the longest that anybody waits: 3 s for a connection, 5 s for the
/// other service, 10 s for Postmark.
const BUCKETS: [f64; 9] = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 5.0, 10.0];

#[derive(Clone)]
pub(super) struct Requests {
    answered: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    errors: IntCounter,
    shed: IntCounter,
}

/// A request that has not ended.
pub struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Requests {
    pub(super) fn new(kept: &Kept<'_>) -> Result<Self, Error> {
        let in_flight = Scope::Process.help("Requests that have begun and not ended.");
        Ok(Self {
            answered: kept.counters(
                "http_requests_total",
                "Requests answered; 429 is what a rate limit refused.",
                &["method", "route", "status"],
            )?,
            durations: kept.histograms(
                "http_request_duration_seconds",
                "Time from a request's head to its answer's.",
                &["method", "route"],
                &BUCKETS,
            )?,
            in_flight: kept.keep(IntGauge::new("http_requests_in_flight", in_flight)?)?,
            errors: kept.counter(
                "http_errors_total",
                "Answers of 500 and above, but for /healthz, /readyz and /metrics.",
            )?,
            shed: kept.counter(
                "http_requests_shed_total",
                "Requests turned away with 503 because too many waited for the database.",
            )?,
        })
    }

    pub(super) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(super) fn answered(&self, method: &str, route: &str, status: u16, seconds: f64) {
        if status >= 500 && !PROBES.contains(&route) {
            self.errors.inc();
        }
        let status = status.to_string();
        self.answered.with_label_values(&[method, route, status.as_str()]).inc();
        self.durations.with_label_values(&[method, route]).observe(seconds);
    }

    pub(super) fn shed(&self) {
        self.shed.inc();
    }
}
