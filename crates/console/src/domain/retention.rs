//! What the policy of `docs/retention.md` removes: everything that ended more than 24 whole months
//! ago, the audit log by whole months.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};
use service_kit::audit::key::SigningKey;
use service_kit::audit::removal::{self, RemovalError};
use service_kit::audit::sealing::{self, Sealing};
use service_kit::audit::tombstone::month_text;
use service_kit::db::{DbError, Pool};

use super::actor::Actor;
use crate::db;
use crate::db::audit::{AuditWriteFailed, LOG};
use crate::domain::audit::{action, target};

/// How many whole months are kept, besides the one that runs.
const KEPT: Months = Months::new(24);

/// What a run does.
#[derive(Clone, Copy)]
pub enum Mode<'a> {
    /// Removes; the key signs the tombstones.
    Remove(&'a SigningKey),
    /// Looks what it would remove.
    Look,
}

/// What a run came to. Its text is what a person sees.
#[derive(Debug)]
pub struct Removed {
    /// The first day that is kept.
    pub kept_from: NaiveDate,
    /// Each month of the audit log that was due: how many rows it had, or why it stays.
    pub months: Vec<(NaiveDate, Result<i64, String>)>,
    /// Each other table that the policy names, and how many rows were removed.
    pub tables: Vec<(&'static str, usize)>,
    is_dry: bool,
}

/// A run that broke off. Months that it had removed are removed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The database refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
    /// What is removed is audited, and it could not be.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// A dry run is over: all that it did is taken back.
    #[error("a dry run was taken back")]
    TakenBack(Vec<(&'static str, usize)>),
}

/// Removes what has outlived the policy at `now`, or looks. Any number may run at once.
///
/// The audit log's function judges the age of a month by the database's clock, too.
///
/// # Errors
/// [`RetentionError`].
pub async fn run(
    pool: &Pool,
    actor: &Actor,
    now: DateTime<Utc>,
    mode: Mode<'_>,
) -> Result<Removed, RetentionError> {
    let kept_from = kept_from(now);
    let months = months(pool, actor, kept_from, mode).await?;
    let tables = tables(pool, actor, kept_from, mode).await?;
    Ok(Removed { kept_from, months, tables, is_dry: matches!(mode, Mode::Look) })
}

/// The first day of the oldest month that is kept.
fn kept_from(now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    let month = today.with_day(1).unwrap_or(today);
    month.checked_sub_months(KEPT).unwrap_or(month)
}

async fn months(
    pool: &Pool,
    actor: &Actor,
    kept_from: NaiveDate,
    mode: Mode<'_>,
) -> Result<Vec<(NaiveDate, Result<i64, String>)>, RetentionError> {
    let key = match mode {
        Mode::Remove(key) => Some(key),
        Mode::Look => None,
    };
    if key.is_some() {
        // So that a run does not depend on a service that runs and seals.
        while let Sealing::Made(_) = sealing::seal(pool, &LOG).await? {}
    }
    let mut months = Vec::new();
    for month in removal::due(pool, kept_from).await? {
        match removal::remove(pool, &LOG, month, key, actor.as_str()).await {
            Ok(Some(seals)) => months.push((month, Ok(seals.rows))),
            Ok(None) => {}
            Err(RemovalError::Refused(why)) => months.push((month, Err(why))),
            Err(RemovalError::Database(error)) => return Err(error.into()),
        }
    }
    Ok(months)
}

async fn tables(
    pool: &Pool,
    actor: &Actor,
    kept_from: NaiveDate,
    mode: Mode<'_>,
) -> Result<Vec<(&'static str, usize)>, RetentionError> {
    let until = kept_from.and_time(NaiveTime::MIN).and_utc();
    let done = db::transaction(pool, async |connection| {
        db::retention::lock(connection).await?;
        let removed = db::retention::sweep(connection, until).await?;
        if matches!(mode, Mode::Look) {
            return Err(RetentionError::TakenBack(removed));
        }
        let counts: Map<String, Value> = removed
            .iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
            .collect();
        if !counts.is_empty() {
            let (action, target) = (action::EXPIRED_REMOVED, target::RETENTION);
            let (day, rows) = (kept_from.to_string(), json!({"rows": counts}));
            db::audit::insert(connection, actor, action, target, &day, rows).await?;
        }
        Ok(removed)
    })
    .await;
    match done {
        Err(RetentionError::TakenBack(removed)) => Ok(removed),
        other => other,
    }
}

impl Removed {
    /// Whether all that was due was removed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.months.iter().all(|(_, removed)| removed.is_ok())
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let removed = if self.is_dry { "would be removed" } else { "removed" };
        writeln!(f, "Kept is what is of {} or later, or has not ended before.", self.kept_from)?;
        if self.months.is_empty() {
            writeln!(f, "audit_log: nothing to remove")?;
        }
        for (month, outcome) in &self.months {
            let month = month_text(*month);
            match outcome {
                Ok(rows) => writeln!(f, "audit_log {month}: {} {removed}", count(*rows))?,
                Err(why) => writeln!(f, "audit_log {month}: NOT removed: {why}")?,
            }
        }
        for (number, (table, rows)) in self.tables.iter().enumerate() {
            let end = if number + 1 < self.tables.len() { "\n" } else { "" };
            match i64::try_from(*rows).unwrap_or(i64::MAX) {
                0 => write!(f, "{table}: nothing to remove{end}")?,
                rows => write!(f, "{table}: {} {removed}{end}", count(rows))?,
            }
        }
        Ok(())
    }
}

fn count(rows: i64) -> String {
    format!("{rows} row{}", if rows == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_whole_months_are_kept_besides_the_one_that_runs() {
        let from = |now: &str| kept_from(now.parse().unwrap()).to_string();
        assert_eq!(from("2026-11-23T03:00:00Z"), "2024-11-01");
        assert_eq!(from("2026-11-01T00:00:00Z"), "2024-11-01");
        assert_eq!(from("2026-10-31T23:59:59Z"), "2024-10-01");
        assert_eq!(from("2026-01-31T00:00:00Z"), "2024-01-01");
    }
}
