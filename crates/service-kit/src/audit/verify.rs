//! Verification: reads a log's [`Record`]s, from a database or an export, and says what was done
//! to it. It keeps no more than one seal's rows.

use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;

use super::chain::{self, GENESIS, Seal};
use super::finding::{count, span};
use super::record::{Record, Standing, VERSION};
use super::removed::Removed;
use super::row::{self, Cells};
use super::suspicion::Suspicion;
use super::witness::Witnesses;
use super::{Hash, Log};

pub use super::finding::{Change, Finding, Report};
pub use super::witness::{Evidence, OtherLog};

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
    /// The greatest id of rows that are there.
    last_row: i64,
    /// Rows in a line that are gone, nothing that is there behind them yet.
    missing: Option<(i64, i64)>,
    wrong: Vec<Wrong>,
    /// The rows of seals that have lost some, as first and last id.
    incomplete: Vec<(i64, i64, i64)>,
    ended: bool,
}

struct OpenSeal {
    seal: Seal,
    rows: Vec<(i64, Hash)>,
    has_wrong: bool,
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
            last_row: 0,
            missing: None,
            wrong: Vec::new(),
            incomplete: Vec::new(),
            ended: false,
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
        match record {
            Record::Log { service, version, read_at } => {
                if service != self.service {
                    return Err(format!("it is the log of {service}, not of {}", self.service));
                }
                if version != VERSION {
                    return Err(format!(
                        "it is of version {version}; this program reads {VERSION}"
                    ));
                }
                self.read_at = Some(read_at);
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

    fn seal(&mut self, seal: Seal) {
        self.close();
        let (last, hash, last_first_row) = self.last;
        let number = seal.number;
        let follows = number == last + 1;
        let has_own_hash = seal.hash == seal.computed_hash(self.service);
        if number > last + 1 {
            let lost = seal.total_rows - i64::from(seal.row_count) - self.report.rows;
            let gone = span("seal", last + 1, number - 1);
            let text = format!("{gone} was removed, with {}", count(lost.max(0), "row"));
            self.report.add(Change::Removed, None, Some(last + 1), text);
        } else if !follows {
            let text = format!("seal {number} stands twice, or in another place");
            self.report.add(Change::Reordered, Some(seal.first_row), Some(number), text);
        } else if has_own_hash && seal.previous != hash {
            let text = match last {
                0 => "seal 1 was changed: it is not the first of a chain".to_owned(),
                _ => format!("seal {last} was changed: seal {number} follows another"),
            };
            let row = last_first_row.or(Some(seal.first_row));
            self.report.add(Change::Changed, row, Some(last.max(1)), text);
        }
        if !has_own_hash {
            let text = format!("seal {number} was changed: it does not have its own hash");
            self.report.add(Change::Changed, Some(seal.first_row), Some(number), text);
        }
        self.removed.see(&seal);
        self.witnesses.check(&seal, &mut self.report);
        self.report.seals += 1;
        self.report.rows = match has_own_hash {
            true => seal.total_rows,
            false => self.report.rows + i64::from(seal.row_count),
        };
        self.last = (number, seal.hash, Some(seal.first_row));
        self.open = Some(OpenSeal { seal, rows: Vec::new(), has_wrong: false });
    }

    fn row(&mut self, id: i64, seal: i64, sealed: Hash, cells: Option<&Cells>) {
        let Some(open) = self.open.as_mut().filter(|open| open.seal.number == seal) else {
            let text = format!("row {id} stands behind another seal than its own");
            self.report.add(Change::Reordered, Some(id), Some(seal), text);
            return;
        };
        open.rows.push((id, sealed));
        let Some(cells) = cells else {
            open.has_wrong = true;
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
            open_wrong(self.open.as_mut());
            self.add_wrong(Wrong { id, seal, sealed, now });
        } else if let Some(why) = self.suspicion.judge(id, row::occurred_at(cells)) {
            let text = format!("row {id} was inserted afterwards: {why}");
            self.report.add(Change::Inserted, Some(id), Some(seal), text);
        }
    }

    fn add_wrong(&mut self, wrong: Wrong) {
        if self.wrong.len() < COMPARED {
            self.wrong.push(wrong);
        } else {
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

    /// The rows of a seal are complete: do they add up to it?
    fn close(&mut self) {
        let Some(OpenSeal { seal, rows, has_wrong }) = self.open.take() else { return };
        let number = seal.number;
        let (first, last) = (seal.first_row, seal.last_row);
        let there = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let held = i64::from(seal.row_count);
        let range = format!("seal {number} ({})", span("row", first, last));
        if there == 0 && self.removed.explain(&seal) {
            self.last_row = self.last_row.max(last);
        } else if there < held {
            let lost = count(held - there, "row");
            let text =
                format!("{range} has lost {lost}, together with the note of what was sealed");
            self.report.add(Change::Removed, Some(first), Some(number), text);
            if self.incomplete.len() < COMPARED {
                self.incomplete.push((number, first, last));
            }
        } else if there > held {
            let more = count(there - held, "row");
            let text = format!("{range} has {more} more than were sealed");
            self.report.add(Change::Inserted, Some(first), Some(number), text);
        } else if !has_wrong && root(&rows) != seal.rows_root {
            let text = format!(
                "{range} does not hold what was sealed: a row was changed, or rows were exchanged, \
                 together with the note of what was sealed"
            );
            self.report.add(Change::Changed, Some(first), Some(number), text);
        }
        self.suspicion.learn(&seal);
    }

    fn orphans(&mut self, seal: i64, first_row: i64, rows: i64) {
        self.close();
        let rows = count(rows, "row");
        let (change, text) = match seal > self.last.0 {
            true => (
                Change::CutOff,
                format!(
                    "the seals were cut off after seal {}: from row {first_row} on, {rows} of seal {seal} have no seal",
                    self.last.0
                ),
            ),
            false => (
                Change::Removed,
                format!(
                    "seal {seal} was removed: {rows} of it, from row {first_row} on, have no seal"
                ),
            ),
        };
        self.report.add(change, Some(first_row), Some(seal), text);
    }

    fn loose(&mut self, id: i64, standing: Standing, cells: Option<&Cells>) {
        self.close();
        let lost_by =
            self.incomplete.iter().find(|(_, first, last)| (*first..=*last).contains(&id));
        let lost_by = lost_by.map(|(number, _, _)| *number);
        if cells.is_some() && self.missing.is_some_and(|(first, _)| first < id) {
            self.end_missing();
        }
        let (change, text) = match (standing, cells) {
            (Standing::SealedAndWaiting, _) => {
                (Change::Inserted, format!("row {id} is noted as waiting for a seal and has one"))
            }
            (Standing::Waiting, None) => {
                (Change::Removed, format!("row {id} was removed before it was sealed"))
            }
            (Standing::Waiting, Some(cells)) => {
                self.report.unsealed += 1;
                match self.suspicion.judge(id, row::occurred_at(cells)) {
                    Some(why) => {
                        (Change::Inserted, format!("row {id} was inserted afterwards: {why}"))
                    }
                    None => return,
                }
            }
            (Standing::Unknown, _) => match lost_by {
                Some(seal) => (
                    Change::Removed,
                    format!("row {id} was taken out of its seal, probably seal {seal}"),
                ),
                None => (
                    Change::Inserted,
                    format!("row {id} was inserted past the seals: it has none and waits for none"),
                ),
            },
        };
        self.report.add(change, Some(id), lost_by, text);
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
        for wrong in &self.wrong {
            let source = self.wrong.iter().find(|other| other.sealed == wrong.now);
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
        self.removed.finish(&mut report);
        self.witnesses.finish(self.last.0, self.last_row, read_at, &mut report);
        report.sort();
        report
    }
}

fn open_wrong(open: Option<&mut OpenSeal>) {
    if let Some(open) = open {
        open.has_wrong = true;
    }
}

fn root(rows: &[(i64, Hash)]) -> Hash {
    chain::rows_root(rows.iter().map(|(id, digest)| (*id, digest)))
}
