//! How runs end, counted.

use prometheus::{Error, IntCounterVec};
use service_kit::metrics::Metrics;

use super::Outcome;

/// The runs of this process that have ended, by how; clones share it. What a later run makes of
/// their rows in the database takes nothing away from it.
#[derive(Clone)]
pub struct Finished(IntCounterVec);

impl Finished {
    /// Registers it, each outcome at 0.
    ///
    /// # Errors
    /// Where it is registered already.
    pub fn new(metrics: &Metrics) -> Result<Self, Error> {
        let runs = metrics.counters(
            "beta_ghost_resets_finished_total",
            "Ghost resets that came to an end: completed; failed, where Raptor refused; unknown, \
             where its answer never came.",
            &["outcome"],
        )?;
        for outcome in Outcome::ALL {
            runs.with_label_values(&[outcome.as_str()]);
        }
        Ok(Self(runs))
    }

    /// Counts a run.
    pub fn count(&self, outcome: Outcome) {
        self.0.with_label_values(&[outcome.as_str()]).inc();
    }
}
