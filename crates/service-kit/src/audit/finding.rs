//! What verification found, in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// How many findings are kept. One is enough to say that a log is not intact.
const MOST: usize = 100;

/// Where a finding stands among others.
type Place = (bool, Option<i64>, bool, Option<i64>, Change);

/// What was done to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A row, or a seal, says something else now.
    Changed,
    /// It is gone.
    Removed,
    /// It was put in afterwards.
    Inserted,
    /// Rows were exchanged.
    Reordered,
    /// The newest rows, or seals, are gone.
    CutOff,
    /// The chain is another than the one that was seen outside.
    Rewritten,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was done.
    pub change: Change,
    /// The first row that it was done to, as far as it is known.
    pub row: Option<i64>,
    /// Where the row is not known: the first and the last of those that it is one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<(i64, i64)>,
    /// The seal.
    pub seal: Option<i64>,
    /// A sentence for a person, without the full stop.
    pub text: String,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whose log.
    pub service: String,
    /// Whether nothing was found.
    pub intact: bool,
    /// How many rows the seals hold.
    pub rows: i64,
    /// How many seals there are.
    pub seals: i64,
    /// How many rows wait for a seal.
    pub unsealed: i64,
    /// What was found, by row. At most 100: those of the lowest rows of each kind of change, so that
    /// many of one kind hide none of another.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub more_findings: usize,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

impl Report {
    pub(super) fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            intact: true,
            rows: 0,
            seals: 0,
            unsealed: 0,
            findings: Vec::new(),
            more_findings: 0,
            notes: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        change: Change,
        row: Option<i64>,
        seal: Option<i64>,
        text: String,
    ) {
        self.keep(Finding { change, row, rows: None, seal, text });
    }

    /// The same of one row, or more, between a first and a last.
    pub(super) fn add_within(
        &mut self,
        change: Change,
        rows: (i64, i64),
        seal: Option<i64>,
        text: String,
    ) {
        self.keep(Finding { change, row: None, rows: Some(rows), seal, text });
    }

    fn keep(&mut self, finding: Finding) {
        self.intact = false;
        self.findings.push(finding);
        if self.findings.len() <= MOST {
            return;
        }
        self.more_findings += 1;
        let mut kinds: BTreeMap<Change, usize> = BTreeMap::new();
        for finding in &self.findings {
            *kinds.entry(finding.change).or_default() += 1;
        }
        let all = self.findings.iter().enumerate();
        let last = all.max_by_key(|(_, it)| (kinds.get(&it.change), it.change, it.place()));
        if let Some(at) = last.map(|(at, _)| at) {
            self.findings.swap_remove(at);
        }
    }

    /// Findings that name a row come first, by its id; a row before rows that it may be one of.
    pub(super) fn sort(&mut self) {
        self.findings.sort_by_key(Finding::place);
    }
}

impl Finding {
    fn place(&self) -> Place {
        let row = self.row.or(self.rows.map(|(first, _)| first));
        (row.is_none(), row, self.row.is_none(), self.seal, self.change)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{}", finding.text)?;
        }
        if self.more_findings > 0 {
            writeln!(f, "and {} more", self.more_findings)?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        let (rows, seals) = (count(self.rows, "row"), count(self.seals, "seal"));
        let unsealed = count(self.unsealed, "row");
        let first = self.findings.first();
        match (self.intact, first.map(|first| (first.row, first.rows))) {
            (true, _) => write!(f, "audit log intact: ")?,
            (false, Some((Some(row), _))) => {
                write!(f, "audit log NOT intact, first at row {row}: ")?;
            }
            (false, Some((None, Some((first, last))))) => {
                write!(f, "audit log NOT intact, first in {}: ", span("row", first, last))?;
            }
            (false, _) => write!(f, "audit log NOT intact: ")?,
        }
        write!(f, "{rows} in {seals}, {unsealed} not sealed yet")
    }
}

/// `1 row`, `2 rows`.
pub(super) fn count(number: i64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// `row 7`, `rows 7 to 9`.
pub(super) fn span(thing: &str, first: i64, last: i64) -> String {
    match first == last {
        true => format!("{thing} {first}"),
        false => format!("{thing}s {first} to {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_many_findings_nor_their_order_hide_the_lowest_row_and_no_kind_of_change() {
        let mut report = Report::new("console");
        for row in (-500..0).chain(20..600).rev() {
            report.add(Change::Removed, Some(row), None, "a decoy".to_owned());
        }
        report.add(Change::Rewritten, None, None, "the chain".to_owned());
        for row in [700, 5] {
            report.add(Change::Changed, Some(row), None, format!("row {row}"));
        }
        report.sort();
        assert_eq!((report.findings.len(), report.more_findings), (MOST, 1080 + 3 - MOST));
        let rows: Vec<_> = report.findings.iter().filter_map(|finding| finding.row).collect();
        assert_eq!(rows[..3], [-500, -499, -498]);
        assert_eq!(rows[97..], [5, 700]);
        assert_eq!(report.findings[99].change, Change::Rewritten);
    }
}
