//! What others have seen of a chain: checkpoints that left, and heads that the other service keeps.
//!
//! A chain that was rewritten from some row on is whole in itself. It differs from what was seen.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::timestamp;

use super::Hash;
use super::chain::Seal;
use super::checkpoint::{Checkpoint, Signature};
use super::finding::{Change, Report, count};
use super::key::PublicKey;
use super::record::Record;

/// By how much the clocks of two databases may differ, and how long a seal may take to be made.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// A time by which everybody's clock says that `time` has passed.
fn later(time: DateTime<Utc>) -> DateTime<Utc> {
    time.checked_add_signed(SKEW).unwrap_or(time)
}

/// What else is known when a log is verified.
#[derive(Clone, Default)]
pub struct Evidence {
    /// What verifies checkpoints.
    pub keys: Vec<PublicKey>,
    /// Checkpoints that left, from wherever they were kept. Those of other services are passed
    /// over.
    pub checkpoints: Vec<Checkpoint>,
    /// The other service's log.
    pub other: Option<OtherLog>,
}

/// What an export of the other service's log says about this one, and about itself.
#[derive(Debug, Clone, Default)]
pub struct OtherLog {
    /// Whose log it is.
    pub service: String,
    read_at: DateTime<Utc>,
    seals: HashMap<i64, Hash>,
    last: i64,
    ended: bool,
    heads: Vec<(i64, Hash, DateTime<Utc>)>,
}

impl OtherLog {
    /// Takes the next record of the export.
    pub fn take(&mut self, record: Record) {
        match record {
            Record::Log { service, read_at, .. } => {
                (self.service, self.read_at) = (service, read_at);
            }
            Record::PeerHead { number, hash, seen_at } => self.heads.push((number, hash, seen_at)),
            Record::Seal(seal) => {
                self.last = self.last.max(seal.number);
                self.seals.insert(seal.number, seal.hash);
            }
            Record::End => self.ended = true,
            _ => {}
        }
    }

    /// Whether the export goes on to its end. One that does not says nothing of what is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.ended
    }
}

/// Something seen outside: the seal of this number had this hash.
struct Witness {
    hash: Hash,
    /// When, as it is shown.
    at: DateTime<Utc>,
    /// A log that was read at this time or later must hold the seal.
    by: DateTime<Utc>,
    /// How many rows there were; what the other service heard does not say.
    rows: Option<i64>,
}

/// All that was seen, by the seal's number.
pub(super) struct Witnesses {
    service: String,
    keys: Vec<PublicKey>,
    other: Option<OtherLog>,
    seen: BTreeMap<i64, Vec<Witness>>,
    peer_heads: HashMap<i64, Hash>,
    unchecked: usize,
    /// A rewritten chain differs from its first wrong seal on: only that is named.
    rewritten: bool,
}

impl Witnesses {
    pub(super) fn new(service: &str, evidence: Evidence, report: &mut Report) -> Self {
        let Evidence { keys, checkpoints, other } = evidence;
        let mut all = Self {
            service: service.to_owned(),
            keys,
            other: None,
            seen: BTreeMap::new(),
            peer_heads: HashMap::new(),
            unchecked: 0,
            rewritten: false,
        };
        for checkpoint in checkpoints {
            all.add_checkpoint(checkpoint, report);
        }
        if let Some(other) = other {
            for (number, hash, at) in &other.heads {
                let (hash, at) = (*hash, *at);
                all.add(*number, Witness { hash, at, by: later(at), rows: None });
            }
            all.other = Some(other);
        }
        all
    }

    /// Whether it says something new.
    fn add(&mut self, number: i64, witness: Witness) -> bool {
        let known = self.seen.entry(number).or_default();
        match known.iter_mut().find(|other| other.hash == witness.hash) {
            Some(same) => {
                same.by = same.by.min(witness.by);
                false
            }
            None => {
                known.push(witness);
                true
            }
        }
    }

    /// A checkpoint that left, by itself or as the log's own note of it.
    ///
    /// It names the start of the sealing transaction, which commits later: a log that was read in
    /// between does not hold the seal.
    pub(super) fn add_checkpoint(&mut self, checkpoint: Checkpoint, report: &mut Report) {
        let by = later(checkpoint.sealed_at);
        self.add_checkpoint_held(checkpoint, by, report);
    }

    /// A checkpoint of a seal that a log must hold which was read at the time `by` or later.
    fn add_checkpoint_held(
        &mut self,
        checkpoint: Checkpoint,
        by: DateTime<Utc>,
        report: &mut Report,
    ) {
        if checkpoint.service != self.service {
            return;
        }
        let (number, at) = (checkpoint.seal, checkpoint.sealed_at);
        let signature = checkpoint.judge(&self.keys);
        if signature == Signature::Bad {
            let text = format!("the checkpoint of seal {number} has a wrong signature");
            report.add(Change::Changed, None, Some(number), text);
            return;
        }
        let (hash, rows) = (checkpoint.hash, Some(checkpoint.rows));
        let is_new = self.add(number, Witness { hash, at, by, rows });
        self.unchecked += usize::from(is_new && signature == Signature::Unchecked);
    }

    /// The log's own note of a checkpoint: whoever read the note could read the seal.
    pub(super) fn add_noted(&mut self, line: &str, report: &mut Report) {
        match serde_json::from_str(line) {
            Ok(checkpoint) => {
                self.add_checkpoint_held(checkpoint, DateTime::<Utc>::MIN_UTC, report);
            }
            Err(_) => {
                let text = "a note of a checkpoint that left was changed".to_owned();
                report.add(Change::Changed, None, None, text);
            }
        }
    }

    /// A head of the other service that this log has noted.
    pub(super) fn peer_head(
        &mut self,
        number: i64,
        hash: Hash,
        seen_at: DateTime<Utc>,
        report: &mut Report,
    ) {
        match self.peer_heads.insert(number, hash) {
            None => {}
            Some(before) if before == hash => return,
            Some(_) => {
                let text = format!(
                    "the other service has named two hashes for its seal {number}: its log was \
                     rewritten"
                );
                report.add(Change::Rewritten, None, None, text);
                return;
            }
        }
        let Some(other) = &self.other else { return };
        let (service, at) = (&other.service, timestamp::to_text(&seen_at));
        match other.seals.get(&number) {
            Some(now) if *now == hash => {}
            Some(_) => {
                let text = format!(
                    "the log of {service} was rewritten: its seal {number} is another than the one \
                     it named at {at}"
                );
                report.add(Change::Rewritten, None, None, text);
            }
            None if number > other.last && later(seen_at) > other.read_at => {}
            None => {
                let text = format!(
                    "the log of {service} was cut: its seal {number}, which it named at {at}, is gone"
                );
                report.add(Change::CutOff, None, None, text);
            }
        }
    }

    /// How a seal was seen outside.
    fn source(&self, witness: &Witness) -> String {
        match (&self.other, witness.rows) {
            (Some(other), None) => format!("{} heard of at a ghost reset", other.service),
            _ => "left as a checkpoint".to_owned(),
        }
    }

    /// Whether a seal is the one that was seen.
    pub(super) fn check(&mut self, seal: &Seal, report: &mut Report) {
        let seen = self.seen.remove(&seal.number).unwrap_or_default();
        let wrong = seen.iter().find(|witness| witness.hash != seal.hash);
        let Some(wrong) = wrong.filter(|_| !self.rewritten) else { return };
        self.rewritten = true;
        let text = format!(
            "the chain was rewritten at or before seal {} (row {}): that seal is another than the \
             one that {} ({})",
            seal.number,
            seal.first_row,
            self.source(wrong),
            timestamp::to_text(&wrong.at)
        );
        report.add(Change::Rewritten, Some(seal.first_row), Some(seal.number), text);
    }

    /// Whether a seal was seen that is not there any more. The log ends at `last`, its greatest row
    /// is `last_row`; an export was read at `read_at`, a database just now.
    pub(super) fn finish(
        self,
        last: i64,
        last_row: i64,
        read_at: Option<DateTime<Utc>>,
        report: &mut Report,
    ) {
        let gone = |witness: &Witness| read_at.is_none_or(|read_at| witness.by <= read_at);
        let cut = self.seen.range((Bound::Excluded(last), Bound::Unbounded)).rev();
        let newest = cut.flat_map(|(number, all)| all.iter().map(move |it| (number, it)));
        if let Some((number, witness)) = newest.into_iter().find(|(_, witness)| gone(witness)) {
            let lost =
                witness.rows.map(|rows| rows.saturating_sub(report.rows)).filter(|lost| *lost > 0);
            let lost = lost.map(|lost| format!(", {} with it", count(lost, "row")));
            let text = format!(
                "the log was cut off at the end, after seal {last} (row {last_row}): seal {number}, \
                 which {} ({}), is gone{}",
                self.source(witness),
                timestamp::to_text(&witness.at),
                lost.unwrap_or_default()
            );
            report.add(Change::CutOff, Some(last_row.saturating_add(1)), Some(*number), text);
        }
        if self.unchecked > 0 {
            report.notes.push(format!(
                "the signatures of {} were not checked: no key for them is at hand",
                count(i64::try_from(self.unchecked).unwrap_or(i64::MAX), "checkpoint")
            ));
        }
    }
}
