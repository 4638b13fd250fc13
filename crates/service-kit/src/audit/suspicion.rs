//! Rows that were put into the log long after the time they claim, or into a gap between old ids.
//!
//! A row is committed at most as long after its `occurred_at`, the start of its transaction, as
//! its transaction runs, and it draws its id in between. A seal says up to which time everything
//! that was committed is settled: sealed in it or before it. So whoever is sealed later, and says
//! that it is older than that time by more than a transaction can run, was put in afterwards;
//! likewise whoever has an id that is lower than one sealed that long before. No honest row looks
//! like this, unless the database's clock was set back, or a transaction by hand stayed open for a
//! quarter of an hour: the services' own end within a minute or so, because each statement ends
//! after 10 s and an idle transaction after 15 s.

use std::collections::VecDeque;

use super::chain::Seal;

/// More than a transaction can run, in microseconds: 15 minutes.
pub(super) const LONGEST: i64 = 15 * 60 * 1_000_000;

/// What the seals so far say about rows to come.
pub(super) struct Suspicion {
    /// The last id that the log has given out, where that is known: none above it is honest.
    last_id: i64,
    /// Up to which time, in microseconds since 1970, everything is settled.
    settled: i64,
    /// The greatest id of all seals.
    greatest: i64,
    /// Seals that are not old yet: when they were made, and [`Self::greatest`] then.
    young: VecDeque<(i64, i64)>,
    /// The greatest id of the seals that are old.
    greatest_old: i64,
}

impl Suspicion {
    pub(super) fn new() -> Self {
        let none = i64::MIN;
        let last_id = i64::MAX;
        Self { last_id, settled: none, greatest: none, young: VecDeque::new(), greatest_old: none }
    }

    /// The log has given out no id above this one.
    pub(super) fn bound(&mut self, last_id: Option<i64>) {
        self.last_id = last_id.unwrap_or(i64::MAX);
    }

    /// What comes now is sealed after `seal`, which holds rows of these ids. An id that was made up
    /// says nothing of those that come after it.
    pub(super) fn learn(&mut self, seal: &Seal, ids: impl Iterator<Item = i64>) {
        self.settled = self.settled.max(seal.settled_until.timestamp_micros());
        let ids = ids.chain([seal.last_row]).filter(|id| *id <= self.last_id);
        self.greatest = ids.max().unwrap_or(i64::MIN).max(self.greatest);
        self.young.push_back((seal.sealed_at.timestamp_micros(), self.greatest));
        let old = self.old();
        while let Some((_, greatest)) = self.young.pop_front_if(|(sealed_at, _)| *sealed_at < old) {
            self.greatest_old = greatest;
        }
    }

    /// Why a row was put in afterwards, where it was.
    pub(super) fn judge(&self, id: i64, occurred_at: Option<i64>) -> Option<&'static str> {
        if id > self.last_id {
            return Some("its id lies above all that the log has given out");
        }
        if occurred_at.is_some_and(|at| at < self.old()) {
            return Some("it says that it is older than rows that had long been sealed");
        }
        (id < self.greatest_old)
            .then_some("its id lies below those of rows that had long been sealed")
    }

    fn old(&self) -> i64 {
        self.settled.saturating_sub(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    const MINUTE: i64 = 60 * 1_000_000;

    fn seal(at: i64, settled: i64, last_row: i64) -> Seal {
        let time = |minutes: i64| DateTime::from_timestamp_micros(minutes * MINUTE).unwrap();
        Seal {
            number: 1,
            previous: [0; 32],
            hash: [0; 32],
            month: NaiveDate::from_ymd_opt(1970, 1, 1).unwrap(),
            row_count: 1,
            total_rows: 1,
            first_row: last_row,
            last_row,
            rows_root: [0; 32],
            peer_number: None,
            peer_hash: None,
            settled_until: time(settled),
            sealed_at: time(at),
        }
    }

    #[test]
    fn a_row_is_late_by_its_time_or_by_its_id() {
        let mut suspicion = Suspicion::new();
        assert_eq!(suspicion.judge(1, Some(i64::MIN)), None);
        suspicion.learn(&seal(100, 100, 10), std::iter::empty());
        suspicion.learn(&seal(120, 120, 20), std::iter::empty());
        assert_eq!(suspicion.judge(21, Some(106 * MINUTE)), None);
        assert!(suspicion.judge(21, Some(104 * MINUTE)).is_some());
        assert_eq!(suspicion.judge(11, Some(119 * MINUTE)), None);
        assert!(suspicion.judge(9, Some(119 * MINUTE)).is_some());
    }

    #[test]
    fn while_old_rows_wait_none_is_late() {
        let mut suspicion = Suspicion::new();
        // A backlog: seals are made now, what waits is old.
        suspicion.learn(&seal(1_000, 10, 1_000), std::iter::empty());
        suspicion.learn(&seal(1_001, 20, 2_000), std::iter::empty());
        assert_eq!(suspicion.judge(500, Some(20 * MINUTE)), None);
        assert_eq!(suspicion.judge(3_000, Some(6 * MINUTE)), None);
    }
}
