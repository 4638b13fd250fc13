//! What both services tell of themselves: metrics, the alerts and the dashboard over them, traces.

mod deployed;
mod metrics;
mod promql;
mod rules;
mod scrape;
mod traces;
mod traffic;

pub use scrape::{Metric, Scrape};
pub use traffic::busy;
