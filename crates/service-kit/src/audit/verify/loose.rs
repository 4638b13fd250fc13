//! Rows that no seal holds.

use super::Verifier;
use crate::audit::finding::{Change, count};
use crate::audit::record::Standing;
use crate::audit::row::{self, Cells};

impl Verifier {
    pub(super) fn orphans(&mut self, seal: i64, first_row: i64, rows: i64) {
        self.close();
        let rows = count(rows, "row");
        let (change, text) = match seal > self.end {
            true => (
                Change::CutOff,
                format!(
                    "the seals were cut off after seal {}: from row {first_row} on, {rows} of seal {seal} have no seal",
                    self.end
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

    pub(super) fn loose(&mut self, id: i64, standing: Standing, cells: Option<&Cells>) {
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
                let written = row::occurred_at(cells).map(|written| (written, id));
                self.oldest = [self.oldest, written].into_iter().flatten().min();
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
}
