//! What the audit log is asked for, and what it answers.

pub mod action;
pub mod asked;
pub mod target;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use ghost_contracts::timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A row: the columns of `audit_log`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Entry {
    /// Grows with each row.
    pub id: i64,
    /// When the transaction began that wrote it.
    #[serde(with = "timestamp")]
    pub occurred_at: DateTime<Utc>,
    /// An operator's id, `raptor-api` or `cli`.
    pub actor: String,
    /// As in `console.flag.changed`.
    pub action: String,
    /// What `target_id` is the id of.
    pub target_type: String,
    /// Whom or what it was done to.
    pub target_id: String,
    /// What else is worth knowing.
    #[schema(value_type = Object)]
    pub payload: Value,
}

/// Which rows are wanted: all that hold every given value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To what kind of thing.
    pub target_type: Option<String>,
    /// To which.
    pub target_id: Option<String>,
    /// Other ids of the same target, each as good as `target_id`.
    pub or_target_ids: Vec<String>,
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub before: Option<DateTime<Utc>>,
}

/// Text that is neither a date nor a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A time is a date such as 2026-06-12, or a point in time such as 2026-06-12T10:00:00Z \
     (RFC 3339)."
)]
pub struct NoTime;

/// The beginning of a span: a point in time, or the start of a day in UTC.
///
/// # Errors
/// [`NoTime`].
pub fn begin_of(text: &str) -> Result<DateTime<Utc>, NoTime> {
    kept(match day(text) {
        Some(day) => day.and_time(NaiveTime::MIN).and_utc(),
        None => point(text)?,
    })
}

/// What follows the end of a span, which belongs to it: the next microsecond, more exactly than
/// which the database keeps no time, or the day after in UTC.
///
/// # Errors
/// [`NoTime`].
pub fn end_of(text: &str) -> Result<DateTime<Utc>, NoTime> {
    let end = match day(text) {
        Some(day) => {
            day.checked_add_days(Days::new(1)).map(|next| next.and_time(NaiveTime::MIN).and_utc())
        }
        None => point(text)?.checked_add_signed(TimeDelta::microseconds(1)),
    };
    kept(end.ok_or(NoTime)?)
}

/// The years of RFC 3339, which the database can tell apart as well.
fn kept(at: DateTime<Utc>) -> Result<DateTime<Utc>, NoTime> {
    if (1..=9999).contains(&at.year()) { Ok(at) } else { Err(NoTime) }
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// In an address a plus sign that was not escaped arrives as a space.
fn point(text: &str) -> Result<DateTime<Utc>, NoTime> {
    let text = text.replace(' ', "+");
    DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc()).map_err(|_| NoTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_span_and_a_point_in_time_belongs_to_its_span() {
        let text = |at: Result<DateTime<Utc>, NoTime>| timestamp::to_text(&at.unwrap());
        assert_eq!(text(begin_of("2026-06-12")), "2026-06-12T00:00:00Z");
        assert_eq!(text(end_of("2026-06-12")), "2026-06-13T00:00:00Z");
        assert_eq!(text(begin_of("2026-06-12T12:00:00 02:00")), "2026-06-12T10:00:00Z");
        assert_eq!(text(end_of("2026-06-12T10:00:00Z")), "2026-06-12T10:00:00.000001Z");
        for wrong in
            ["-5000-01-01", "12000-01-01", "yesterday", "2026-13-01", "2026-06-12T10:00:00", "12"]
        {
            assert_eq!(begin_of(wrong), Err(NoTime), "{wrong}");
            assert_eq!(end_of(wrong), Err(NoTime), "{wrong}");
        }
    }
}
