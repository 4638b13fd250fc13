//! A seal: does it follow the one before it, and do its rows add up to it?

use super::{COMPARED, OpenSeal, Verifier};
use crate::audit::Hash;
use crate::audit::chain::{self, Seal};
use crate::audit::finding::{Change, count, span};

impl Verifier {
    pub(super) fn seal(&mut self, seal: Seal) {
        self.close();
        let (last, hash, last_first_row) = self.last;
        let number = seal.number;
        let next = last.saturating_add(1);
        let follows = number == next;
        let has_own_hash = seal.hash == seal.computed_hash(self.service);
        let before = seal.total_rows.saturating_sub(i64::from(seal.row_count));
        let lost = before.saturating_sub(self.report.rows);
        // A seal holds a row at least; one that follows the last has lost none in between.
        let is_inserted =
            number > next && (seal.previous == hash || lost < number.saturating_sub(next));
        if is_inserted {
            let text = format!("seal {number} was inserted: it is not the one after seal {last}");
            self.report.add(Change::Inserted, None, Some(number), text);
        } else if number > next {
            let gone = span("seal", next, number.saturating_sub(1));
            let text = format!("{gone} was removed, with {}", count(lost.max(0), "row"));
            self.report.add(Change::Removed, None, Some(next), text);
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
        if !has_own_hash && !is_inserted {
            let text = format!("seal {number} was changed: it does not have its own hash");
            self.report.add(Change::Changed, Some(seal.first_row), Some(number), text);
        }
        self.removed.see(&seal);
        self.witnesses.check(&seal, &mut self.report);
        if let (Some(peer), Some(hash)) = (seal.peer_number, seal.peer_hash) {
            self.witnesses.peer_head(peer, hash, seal.sealed_at, &mut self.report);
        }
        self.report.seals += 1;
        self.report.rows = match has_own_hash {
            true => seal.total_rows,
            false if is_inserted => self.report.rows,
            false => self.report.rows.saturating_add(i64::from(seal.row_count)),
        };
        self.last = (number, seal.hash, Some(seal.first_row));
        if !is_inserted {
            self.end = number;
        }
        self.open = Some(OpenSeal { seal, rows: Vec::new(), is_inserted });
    }

    /// The rows of a seal are complete: do they add up to it?
    pub(super) fn close(&mut self) {
        let Some(OpenSeal { seal, rows, is_inserted }) = self.open.take() else { return };
        if is_inserted && rows.is_empty() {
            return;
        }
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
            match first_lost(&seal, &rows) {
                Some(row) => {
                    let text = format!("{text}, the first of them row {row}");
                    self.report.add(Change::Removed, Some(row), Some(number), text);
                }
                None => {
                    self.report.add_within(Change::Removed, (first, last), Some(number), text);
                }
            }
            if self.incomplete.len() < COMPARED {
                self.incomplete.push((number, first, last));
            }
        } else if there > held {
            let more = count(there - held, "row");
            let text = format!("{range} has {more} more than were sealed");
            self.report.add_within(Change::Inserted, (first, last), Some(number), text);
        } else if root(&rows) != seal.rows_root {
            // What is noted of rows that are gone, or wrong, is held against it too.
            let text = format!(
                "{range} does not hold what was sealed: a row was changed, or rows were exchanged, \
                 together with the note of what was sealed"
            );
            self.report.add_within(Change::Changed, (first, last), Some(number), text);
        }
        // What a changed seal says of others is worth nothing.
        if seal.hash == seal.computed_hash(self.service) {
            self.suspicion.learn(&seal, rows.iter().map(|(id, _)| *id));
        }
    }
}

fn root(rows: &[(i64, Hash)]) -> Hash {
    chain::rows_root(rows.iter().map(|(id, digest)| (*id, digest)))
}

/// The first row that a seal has lost, where its ids tell: they have no gaps, or it has lost the
/// first itself, or the last alone. Other ids in between may be other seals' or nobody's.
fn first_lost(seal: &Seal, rows: &[(i64, Hash)]) -> Option<i64> {
    let (first, last) = (seal.first_row, seal.last_row);
    let is_there = |wanted: i64| rows.iter().any(|(id, _)| *id == wanted);
    if last.saturating_sub(first).saturating_add(1) == i64::from(seal.row_count) {
        return (first..=last).find(|id| !is_there(*id));
    }
    let lacks_one = rows.len().saturating_add(1) == usize::try_from(seal.row_count).unwrap_or(0);
    (!is_there(first)).then_some(first).or_else(|| (lacks_one && !is_there(last)).then_some(last))
}
