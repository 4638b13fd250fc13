//! What came of a run.

use std::collections::BTreeMap;
use std::fmt;

use crate::notes::{Notes, Violation};

/// What a run has to have done at least; one that did less has tested nothing.
const LEAST: &[(&str, u64)] = &[
    ("invitations", 5),
    ("walkthroughs accepted", 5),
    ("signups", 3),
    ("sign-ins", 2),
    ("signups broken off", 2),
    ("resets completed", 4),
    ("resets by two at once", 2),
    ("races of a signup with a reset", 2),
    ("attacks refused", 3),
    ("replays refused", 2),
    ("processes killed", 1),
    ("cables cut", 1),
];

/// What was done, and what is broken.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// How often each thing was done.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was odd, and how often; nothing is broken by it.
    pub remarks: BTreeMap<String, u64>,
    /// The broken invariants; one that shows itself in two ways is there twice.
    pub violations: Vec<Violation>,
    /// Where logs and dumps are, relative to the project where that can be said; nothing where
    /// all is well and nothing was kept.
    pub kept: Option<String>,
}

impl Report {
    pub(crate) fn new(seed: u64, notes: &Notes, mut violations: Vec<Violation>) -> Self {
        violations.sort();
        violations.dedup();
        Self { seed, counts: notes.counts(), remarks: notes.remarks(), violations, kept: None }
    }

    /// Adds a broken invariant for all that was done too rarely.
    pub(crate) fn expect_enough(&mut self) {
        for (what, least) in LEAST {
            let count = self.counts.get(what).copied().unwrap_or_default();
            if count < *least {
                let words =
                    format!("{what}: {count}, and {least} are the least that tests anything");
                self.violations.push(Violation { invariant: "too-little-done", words });
            }
        }
    }

    /// Whether every invariant holds.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nWhat was done with seed {}:", self.seed)?;
        for (what, count) in &self.counts {
            writeln!(f, "  {count:>6}  {what}")?;
        }
        if !self.remarks.is_empty() {
            writeln!(f, "\nOdd, though nothing is broken by it:")?;
        }
        for (words, count) in &self.remarks {
            writeln!(f, "  {count:>6}  {words}")?;
        }
        if self.is_good() {
            return write!(f, "\nEvery invariant holds.");
        }
        writeln!(f, "\nBroken:")?;
        for Violation { invariant, words } in &self.violations {
            writeln!(f, "  {invariant}: {words}")?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "\nLogs, dumps and the list of faults are in {kept}.")?;
        }
        write!(f, "Again: cargo xtask chaos --seed {} with the same time.", self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_in_which_nothing_happened_fails() {
        let mut report = Report::new(1, &Notes::new(), Vec::new());
        assert!(report.is_good());
        report.expect_enough();
        assert_eq!(report.violations.len(), LEAST.len());
        assert!(report.to_string().contains("resets completed: 0"));
    }
}
