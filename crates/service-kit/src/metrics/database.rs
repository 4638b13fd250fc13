//! Numbers from the database: a worker reads them now and then.

use prometheus::{IntGauge, IntGaugeVec};

use crate::clock::Clock;
use crate::db::DbError;
use crate::outage::{Outage, Turn};

/// A number from the database, which is told of once it has been set; clones share it.
#[derive(Clone)]
pub struct Seen(pub(super) IntGaugeVec);

impl Seen {
    /// Sets it.
    pub fn set(&self, value: i64) {
        self.0.with_label_values::<&str>(&[]).set(value);
    }
}

/// How the readings of one kind go; clones share it.
#[derive(Clone)]
pub struct Measured {
    kind: &'static str,
    at: IntGauge,
    outage: Outage,
    clock: Clock,
}

impl Measured {
    pub(super) fn new(kind: &'static str, at: IntGauge) -> Self {
        Self { kind, at, outage: Outage::default(), clock: Clock::system() }
    }

    /// Notes how a reading of all of them went. One that fails is a warning, but not each time.
    pub fn note(&self, reading: &Result<(), DbError>) {
        let kind = self.kind;
        match (reading, self.outage.note(reading.is_err())) {
            (Err(error), Some(Turn::Fails)) => {
                tracing::warn!(%error, kind, "how things stand could not be measured");
            }
            (Ok(()), Some(Turn::Works)) => {
                tracing::info!(kind, "how things stand is measured again")
            }
            _ => {}
        }
        if reading.is_ok() {
            self.at.set(self.clock.now().timestamp());
        }
    }
}
