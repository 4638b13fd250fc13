//! Verification: reads a log's [`Record`]s, from a database or an export, and says what was done
//! to it. It keeps no more than one seal's rows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;

use super::chain::{GENESIS, Seal};
use super::finding::span;
use super::record::{Record, VERSION};
use super::removed::Removed;
use super::row::{self, Cells};
use super::suspicion::{self, Suspicion};
use super::witness::Witnesses;
use super::{Hash, Log};

pub use super::finding::{Change, Finding, Report};
pub use super::witness::{Evidence, OtherLog};

mod loose;
mod seal;

/// How many wrong rows, and incomplete seals, are compared with each other.
const COMPARED: usize = 1_000;

/// Where the records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The database, now.
    Database,
    /// An export, made at some time.
    Export,
}

/// A verification on its way.
pub struct Verifier {
    service: &'static str,
    source: Source,
    report: Report,
    witnesses: Witnesses,
    removed: Removed,
    suspicion: Suspicion,
    read_at: Option<DateTime<Utc>>,
    /// The seal whose rows are coming.
    open: Option<OpenSeal>,
    /// The last seal's number, hash, and first row.
    last: (i64, Hash, Option<i64>),
    /// The number of the last seal that was not inserted.
    end: i64,
    /// The greatest id of rows that are there.
    last_row: i64,
    /// Rows in a line that are gone, nothing that is there behind them yet.
    missing: Option<(i64, i64)>,
    /// The lowest ones, by id and seal.
    wrong: BTreeMap<(i64, i64), Wrong>,
    /// The rows of seals that have lost some, as first and last id.
    incomplete: Vec<(i64, i64, i64)>,
    ended: bool,
    /// The oldest row that waits for a seal: when it says that it was written, in microseconds.
    oldest: Option<(i64, i64)>,
}

struct OpenSeal {
    seal: Seal,
    rows: Vec<(i64, Hash)>,
    /// It does not belong to the chain, so its rows are not looked for.
    is_inserted: bool,
}

/// A row that does not say what it said when it was sealed.
struct Wrong {
    id: i64,
    seal: i64,
    sealed: Hash,
    now: Hash,
}

impl Verifier {
    /// Starts for the log of a service.
    #[must_use]
    pub fn new(log: &Log, source: Source, evidence: Evidence) -> Self {
        let mut report = Report::new(log.service);
        let removed = Removed::new(log.service, evidence.keys.clone());
        let witnesses = Witnesses::new(log.service, evidence, &mut report);
        Self {
            service: log.service,
            source,
            report,
            witnesses,
            removed,
            suspicion: Suspicion::new(),
            read_at: None,
            open: None,
            last: (0, GENESIS, None),
            end: 0,
            last_row: 0,
            missing: None,
            wrong: BTreeMap::new(),
            incomplete: Vec::new(),
            ended: false,
            oldest: None,
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// A sentence, where the records are not those of this service's log.
    pub fn take(&mut self, record: Record) -> Result<(), String> {
        if self.read_at.is_none() && !matches!(record, Record::Log { .. }) {
            return Err("it does not begin as an export of an audit log does".to_owned());
        }
        if self.ended {
            return Err("something follows the end of the export".to_owned());
        }
        match record {
            Record::Log { service, version, read_at, last_id } => {
                if service != self.service {
                    return Err(format!("it is the log of {service}, not of {}", self.service));
                }
                if version != VERSION {
                    return Err(format!(
                        "it is of version {version}; this program reads {VERSION}"
                    ));
                }
                self.read_at = Some(read_at);
                self.suspicion.bound(last_id);
            }
            Record::Checkpoint { checkpoint } => {
                self.witnesses.add_noted(&checkpoint, &mut self.report);
            }
            Record::PeerHead { number, hash, seen_at } => {
                self.witnesses.peer_head(number, hash, seen_at, &mut self.report);
            }
            Record::Tombstone(tombstone) => self.removed.take(tombstone, &mut self.report),
            Record::Seal(seal) => self.seal(seal),
            Record::Row { id, seal, digest, cells } => self.row(id, seal, digest, cells.as_ref()),
            Record::Orphans { seal, first_row, rows } => self.orphans(seal, first_row, rows),
            Record::Loose { id, standing, cells } => self.loose(id, standing, cells.as_ref()),
            Record::End => self.ended = true,
        }
        Ok(())
    }

    fn row(&mut self, id: i64, seal: i64, sealed: Hash, cells: Option<&Cells>) {
        let Some(open) = self.open.as_mut().filter(|open| open.seal.number == seal) else {
            let text = format!("row {id} stands behind another seal than its own");
            self.report.add(Change::Reordered, Some(id), Some(seal), text);
            return;
        };
        open.rows.push((id, sealed));
        let Some(cells) = cells else {
            self.missing = match self.missing {
                Some((first, last)) => Some((first.min(id), last.max(id))),
                None => Some((id, id)),
            };
            return;
        };
        self.end_missing();
        self.last_row = self.last_row.max(id);
        let now = row::digest(cells);
        if now != sealed {
            self.add_wrong(Wrong { id, seal, sealed, now });
        } else if let Some(why) = self.suspicion.judge(id, row::occurred_at(cells)) {
            let text = format!("row {id} was inserted afterwards: {why}");
            self.report.add(Change::Inserted, Some(id), Some(seal), text);
        }
    }

    fn add_wrong(&mut self, wrong: Wrong) {
        self.wrong.insert((wrong.id, wrong.seal), wrong);
        if self.wrong.len() > COMPARED {
            self.wrong.pop_last();
            self.report.intact = false;
            self.report.more_findings += 1;
        }
    }

    /// Something is there behind the rows that are gone.
    fn end_missing(&mut self) {
        if let Some((first, last)) = self.missing.take() {
            let (rows, were) =
                (span("row", first, last), if first == last { "was" } else { "were" });
            self.report.add(Change::Removed, Some(first), None, format!("{rows} {were} removed"));
        }
    }

    /// What a person should know where rows wait for a seal longer than an honest row does.
    fn held_up(&self) -> Option<String> {
        let (written, row) = self.oldest?;
        let waits = self.read_at?.timestamp_micros().saturating_sub(written);
        let minutes = waits / 60_000_000;
        (waits > suspicion::LONGEST).then(|| {
            format!(
                "seals are held up: row {row} has not been sealed for {minutes} minutes, and what is \
                 done to rows before they are sealed may not be found"
            )
        })
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.close();
        let mut report = std::mem::replace(&mut self.report, Report::new(self.service));
        if !self.ended {
            let text = "the export is incomplete: its end is missing".to_owned();
            report.add(Change::CutOff, None, None, text);
        }
        if let Some((first, last)) = self.missing {
            let rows = span("row", first, last);
            let text =
                format!("the log was cut off at the end: {rows}, the newest with a seal, gone");
            report.add(Change::CutOff, Some(first), Some(self.last.0), text);
        }
        for wrong in self.wrong.values() {
            let source = self.wrong.values().find(|other| other.sealed == wrong.now);
            let (change, text) = match source {
                Some(other) => (
                    Change::Reordered,
                    format!("row {} was reordered: it holds what row {} held", wrong.id, other.id),
                ),
                None => (
                    Change::Changed,
                    format!("row {} was changed after seal {} was made", wrong.id, wrong.seal),
                ),
            };
            report.add(change, Some(wrong.id), Some(wrong.seal), text);
        }
        let export = self.source == Source::Export;
        let read_at = self.read_at.filter(|_| export);
        if let Some(read_at) = read_at {
            report.notes.push(format!("the export was made at {}", timestamp::to_text(&read_at)));
        }
        report.notes.extend(self.held_up());
        self.removed.finish(&mut report);
        self.witnesses.finish(self.end, self.last_row, read_at, &mut report);
        report.sort();
        report
    }
}
