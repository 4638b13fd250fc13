//! What verification found, in words.

use std::fmt;

use serde::Serialize;

/// How many findings are kept. One is enough to say that a log is not intact.
const MOST: usize = 100;

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
    /// What was found, by row. At most 100, the first ones.
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
        self.intact = false;
        if self.findings.len() < MOST {
            self.findings.push(Finding { change, row, seal, text });
        } else {
            self.more_findings += 1;
        }
    }

    /// Findings that name a row come first, by its id.
    pub(super) fn sort(&mut self) {
        self.findings.sort_by_key(|finding| {
            (finding.row.is_none(), finding.row, finding.seal, finding.change)
        });
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
        match (self.intact, self.findings.first().and_then(|first| first.row)) {
            (true, _) => write!(f, "audit log intact: ")?,
            (false, Some(row)) => write!(f, "audit log NOT intact, first at row {row}: ")?,
            (false, None) => write!(f, "audit log NOT intact: ")?,
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
