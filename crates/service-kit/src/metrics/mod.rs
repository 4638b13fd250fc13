//! Metrics in Prometheus's text form: no e-mail address and no token in any label, and no label
//! whose values anybody could make up.
//!
//! A service runs in several processes, each of which is asked by itself. What a metric's help says
//! in the end tells how their numbers go together ([`Scope`]).

mod database;
mod requests;

use prometheus::core::Collector;
use prometheus::{
    Encoder, Error, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};

pub use database::{Measured, Seen};
pub use requests::InFlight;
use requests::Requests;

/// What a number counts, which says how those of several processes go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What this process did or holds: dashboards add up.
    Process,
    /// How this process stands: dashboards show each.
    Each,
    /// What stands in the database, the same from every process: dashboards take the largest.
    Database,
}

impl Scope {
    /// The end of a metric's help.
    #[must_use]
    pub const fn note(self) -> &'static str {
        match self {
            Self::Process => "Of this process: add up.",
            Self::Each => "Of this process: look at each.",
            Self::Database => "From the database, the same from every process: take the largest.",
        }
    }

    fn help(self, text: &str) -> String {
        format!("{text} {}", self.note())
    }
}

/// The metrics of one service in one process. Each service adds its own.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: Requests,
    calls: IntCounterVec,
    measured: IntGaugeVec,
}

impl Metrics {
    /// What every service has: its version as `<service>_build_info`, its requests, its calls to the
    /// other service, and on Linux what the process uses.
    ///
    /// # Errors
    /// Where a metric's name is not a valid one.
    pub fn new(service: &str, version: &str) -> Result<Self, Error> {
        let registry = Registry::new();
        let kept = Kept(&registry);
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let help = "1, with the version of the program that runs.";
        let build = format!("{service}_build_info");
        let build = kept.gauges(&build, help, &["version"], Scope::Process)?;
        build.with_label_values(&[version]).set(1);
        let requests = Requests::new(&kept)?;
        let calls = kept.counters(
            "service_calls_total",
            "Calls to the other service, by path and by what came of it: answered, also with a no; \
             refused, the service token; failed, 500 and above; or no whole answer.",
            &["path", "outcome"],
        )?;
        let measured = kept.gauges(
            "database_measured_timestamp_seconds",
            "When this process last read all numbers of this kind from the database, in Unix time; 0 \
             before the first time.",
            &["kind"],
            Scope::Each,
        )?;
        Ok(Self { registry, requests, calls, measured })
    }

    /// A gauge of this process.
    ///
    /// # Errors
    /// Where there is one of this name already.
    pub fn gauge(&self, name: &str, help: &str, scope: Scope) -> Result<IntGauge, Error> {
        let gauge = IntGauge::new(name, scope.help(help))?;
        Kept(&self.registry).keep(gauge)
    }

    /// A number from the database.
    ///
    /// # Errors
    /// As [`Self::gauge`].
    pub fn seen(&self, name: &str, help: &str) -> Result<Seen, Error> {
        self.seen_by(name, help, &[]).map(Seen)
    }

    /// Numbers from the database. Each is told of once it has been set: nobody is told of a 0 that
    /// only means that nobody has looked yet.
    ///
    /// # Errors
    /// As [`Self::gauge`].
    pub fn seen_by(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, Error> {
        Kept(&self.registry).gauges(name, help, labels, Scope::Database)
    }

    /// What notes how the readings of numbers of a kind from the database go.
    #[must_use]
    pub fn measured(&self, kind: &'static str) -> Measured {
        Measured::new(kind, self.measured.with_label_values(&[kind]))
    }

    /// A counter of this process with labels.
    ///
    /// # Errors
    /// As [`Self::gauge`].
    pub fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, Error> {
        Kept(&self.registry).counters(name, help, labels)
    }

    /// Notes a request that begins; dropped, it has ended, with an answer or without.
    #[must_use]
    pub fn begin_request(&self) -> InFlight {
        self.requests.begin()
    }

    /// Notes one answered request.
    pub fn request(&self, method: &str, route: &str, status: u16, seconds: f64) {
        self.requests.answered(method, route, status, seconds);
    }

    /// Notes a request that was turned away because there were too many.
    pub fn shed(&self) {
        self.requests.shed();
    }

    /// Begins to count calls to `path`, which has no values in it, at 0.
    pub fn expect_calls(&self, path: &str, outcomes: &[&str]) {
        for outcome in outcomes {
            self.calls.with_label_values(&[path, outcome]);
        }
    }

    /// Notes a call to the other service. `path` has no values in it.
    pub fn call(&self, path: &str, outcome: &str) {
        self.calls.with_label_values(&[path, outcome]).inc();
    }

    /// All of it as text.
    ///
    /// # Errors
    /// Where a metric cannot be written.
    pub fn render(&self) -> Result<String, Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A registry that gives back what it keeps.
struct Kept<'a>(&'a Registry);

impl Kept<'_> {
    fn keep<C: Collector + Clone + 'static>(&self, collector: C) -> Result<C, Error> {
        self.0.register(Box::new(collector.clone()))?;
        Ok(collector)
    }

    fn gauges(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        scope: Scope,
    ) -> Result<IntGaugeVec, Error> {
        self.keep(IntGaugeVec::new(Opts::new(name, scope.help(help)), labels)?)
    }

    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, Error> {
        self.keep(IntCounter::new(name, Scope::Process.help(help))?)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, Error> {
        self.keep(IntCounterVec::new(Opts::new(name, Scope::Process.help(help)), labels)?)
    }

    fn histograms(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        buckets: &[f64],
    ) -> Result<HistogramVec, Error> {
        let options = HistogramOpts::new(name, Scope::Process.help(help)).buckets(buckets.to_vec());
        self.keep(HistogramVec::new(options, labels)?)
    }
}
