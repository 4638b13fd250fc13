//! What can be asked of chaos.

use std::time::Duration;

/// What to do.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Where all chance comes from: the same seed gives the same faults and the same choices.
    #[arg(long)]
    seed: Option<u64>,
    /// How many minutes of faults and load.
    #[arg(long, default_value_t = 1)]
    minutes: u64,
    /// As many seconds instead.
    #[arg(long, conflicts_with = "minutes")]
    seconds: Option<u64>,
    /// The test of the test: five bugs are planted, and each must be found.
    #[arg(long, conflicts_with_all = ["minutes", "seconds"])]
    pub(crate) planted: bool,
}

impl Options {
    /// The seed; another one each time where none was given.
    pub(crate) fn seed(&self) -> u64 {
        let fresh = || u64::from(uuid::Uuid::new_v4().as_fields().0);
        self.seed.unwrap_or_else(fresh)
    }

    /// How long.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(self.minutes.saturating_mul(60)))
    }
}
