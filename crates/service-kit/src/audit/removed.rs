//! What a verification makes of tombstones: which seals may be without their rows.

use ghost_contracts::timestamp;

use super::chain::Seal;
use super::checkpoint::Signature;
use super::finding::{Change, Report, count};
use super::key::PublicKey;
use super::tombstone::{Sum, Tombstone};

/// All tombstones of a log.
pub(super) struct Removed {
    service: &'static str,
    keys: Vec<PublicKey>,
    known: Vec<Known>,
}

struct Known {
    tombstone: Tombstone,
    signature: Signature,
    /// The seals that it covers.
    sum: Sum,
    /// The first row of those that are gone.
    first_gone: Option<i64>,
}

impl Removed {
    /// `keys` verify tombstones. One that none of them signed counts for nothing.
    pub(super) fn new(service: &'static str, keys: Vec<PublicKey>) -> Self {
        Self { service, keys, known: Vec::new() }
    }

    /// A tombstone. They come before the seals.
    pub(super) fn take(&mut self, tombstone: Tombstone, report: &mut Report) {
        let signature = tombstone.judge(self.service, &self.keys);
        if signature == Signature::Bad {
            let text = format!(
                "the tombstone of {} has a wrong signature: it was changed or forged",
                tombstone.month_text()
            );
            report.add(Change::Changed, None, Some(tombstone.seals.first_seal), text);
        }
        let (sum, first_gone) = (Sum::default(), None);
        self.known.push(Known { tombstone, signature, sum, first_gone });
    }

    /// A seal, whether its rows are there or not.
    pub(super) fn see(&mut self, seal: &Seal) {
        for known in self.known.iter_mut().filter(|known| known.tombstone.covers(seal)) {
            known.sum.add(seal);
        }
    }

    /// Whether a tombstone says why a seal has lost all its rows. One that nothing at hand verifies
    /// is named once, at the end.
    pub(super) fn explain(&mut self, seal: &Seal) -> bool {
        let known = self
            .known
            .iter_mut()
            .find(|known| known.tombstone.covers(seal) && known.signature != Signature::Bad);
        let Some(known) = known else { return false };
        known.first_gone.get_or_insert(seal.first_row);
        true
    }

    /// Whether each says what its seals say.
    pub(super) fn finish(self, report: &mut Report) {
        for Known { tombstone, signature, sum, first_gone } in self.known {
            let month = tombstone.month_text();
            let rows = count(tombstone.seals.rows, "row");
            let seal = Some(tombstone.seals.first_seal);
            let says = format!("{rows} of {} ({month})", count(tombstone.seals.count, "seal"));
            match signature {
                Signature::Good if sum.seals().as_ref() != Some(&tombstone.seals) => {
                    let text = format!(
                        "the tombstone of {month} does not fit its seals: other seals were removed \
                         than it says, or it was copied from another log"
                    );
                    report.add(Change::Changed, first_gone, seal, text);
                }
                Signature::Good => report.notes.push(format!(
                    "{says} were removed at {}, when their time was over, and a signed tombstone \
                     stands for them",
                    timestamp::to_text(&tombstone.removed_at)
                )),
                Signature::Unchecked if first_gone.is_some() => {
                    let text = format!(
                        "{says} were removed, and their tombstone counts for nothing: the key {} \
                         that is to have signed it is not at hand",
                        tombstone.key_id
                    );
                    report.add(Change::Removed, first_gone, seal, text);
                }
                Signature::Unchecked | Signature::Bad => {}
            }
        }
    }
}
