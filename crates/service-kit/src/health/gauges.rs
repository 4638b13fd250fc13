//! What is measured when somebody reads the metrics.

use prometheus::{Error, IntGauge};

use crate::db::Pool;
use crate::metrics::{Metrics, Scope};

/// The pool's use, and whether the service is ready.
#[derive(Clone)]
pub struct Gauges {
    ready: IntGauge,
    open: IntGauge,
    idle: IntGauge,
    waiting: IntGauge,
}

impl Gauges {
    /// Registers them.
    ///
    /// # Errors
    /// Where they are registered already.
    pub fn new(metrics: &Metrics, pool: &Pool) -> Result<Self, Error> {
        let gauge = |name: &str, help: &str| metrics.gauge(name, help, Scope::Process);
        let most = gauge("database_pool_max_connections", "The most connections of the pool.")?;
        most.set(whole(pool.usage().max));
        Ok(Self {
            ready: metrics.gauge(
                "service_ready",
                "1 where /readyz would answer 200, else 0.",
                Scope::Each,
            )?,
            open: gauge("database_pool_open_connections", "Connections of the pool.")?,
            idle: gauge(
                "database_pool_idle_connections",
                "Connections of the pool that wait for work.",
            )?,
            waiting: gauge(
                "database_pool_waiting_requests",
                "Requests and workers that wait for a connection of the pool.",
            )?,
        })
    }

    pub(super) fn set(&self, ready: bool, pool: &Pool) {
        let usage = pool.usage();
        self.ready.set(i64::from(ready));
        self.open.set(whole(usage.open));
        self.idle.set(whole(usage.idle));
        self.waiting.set(whole(usage.waiting));
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
