//! Times for people: words that count from now, with the exact UTC time behind them.

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::timestamp;

/// A point in time as a `<time>` element.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Moment {
    /// `at`, seen from `now`.
    #[must_use]
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { at, now }
    }

    /// The words alone, as in "12 minutes ago" and "in 3 hours".
    #[must_use]
    pub fn words(&self) -> String {
        let away = self.at - self.now;
        let size = away.abs();
        if size < TimeDelta::seconds(10) {
            return "just now".to_owned();
        }
        let (count, unit) = in_words(size);
        let plural = if count == 1 { "" } else { "s" };
        if away < TimeDelta::zero() {
            format!("{count} {unit}{plural} ago")
        } else {
            format!("in {count} {unit}{plural}")
        }
    }
}

/// How long something has held, as in "for 3 days", with the exact beginning behind it.
#[derive(Debug, Clone, Copy)]
pub struct Held(Moment);

impl Held {
    /// Since `at`, seen from `now`.
    #[must_use]
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self(Moment::new(at.min(now), now))
    }

    fn words(&self) -> String {
        let (count, unit) = in_words(self.0.now - self.0.at);
        if unit == "second" && count < 10 {
            return "for a moment".to_owned();
        }
        let plural = if count == 1 { "" } else { "s" };
        format!("for {count} {unit}{plural}")
    }
}

/// The greatest unit of which there is at least one, counted down to whole ones.
fn in_words(size: TimeDelta) -> (i64, &'static str) {
    let units = [
        (size.num_days() / 365, "year"),
        (size.num_days() / 30, "month"),
        (size.num_days(), "day"),
        (size.num_hours(), "hour"),
        (size.num_minutes(), "minute"),
    ];
    let found = units.into_iter().find(|(count, _)| *count > 0);
    found.unwrap_or((size.num_seconds(), "second"))
}

/// The exact time, as in `12 June 2026, 10:00:00 UTC`.
#[must_use]
pub fn exact(at: &DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.at, &self.words())
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.0.at, &self.words())
    }
}

fn write(f: &mut fmt::Formatter<'_>, at: &DateTime<Utc>, words: &str) -> fmt::Result {
    let machine = timestamp::to_text(at);
    let exact = exact(at);
    write!(f, "<time datetime=\"{machine}\" title=\"{exact}\">{words}</time>")
}

/// Made of digits and fixed words alone.
impl HtmlSafe for Moment {}

/// As [`Moment`].
impl HtmlSafe for Held {}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(seconds: i64) -> String {
        let now: DateTime<Utc> = "2026-06-12T10:00:00Z".parse().unwrap();
        Moment::new(now + TimeDelta::seconds(seconds), now).words()
    }

    #[test]
    fn times_count_from_now_in_their_greatest_unit() {
        assert_eq!(words(0), "just now");
        assert_eq!(words(-9), "just now");
        assert_eq!(words(-10), "10 seconds ago");
        assert_eq!(words(-60), "1 minute ago");
        assert_eq!(words(-59 * 60), "59 minutes ago");
        assert_eq!(words(-3 * 3600), "3 hours ago");
        assert_eq!(words(-24 * 3600), "1 day ago");
        assert_eq!(words(-45 * 24 * 3600), "1 month ago");
        assert_eq!(words(-800 * 24 * 3600), "2 years ago");
        assert_eq!(words(14 * 24 * 3600), "in 14 days");
    }

    #[test]
    fn what_holds_has_held_for_whole_units() {
        let now: DateTime<Utc> = "2026-06-12T10:00:00Z".parse().unwrap();
        let held = |seconds| Held::new(now - TimeDelta::seconds(seconds), now).words();
        assert_eq!(held(-5), "for a moment");
        assert_eq!(held(9), "for a moment");
        assert_eq!(held(10), "for 10 seconds");
        assert_eq!(held(60), "for 1 minute");
        assert_eq!(held(3 * 24 * 3600 + 7), "for 3 days");
    }

    #[test]
    fn the_exact_time_stands_behind_the_words() {
        let now: DateTime<Utc> = "2026-06-12T10:00:00Z".parse().unwrap();
        let text = Moment::new(now, now).to_string();
        assert_eq!(
            text,
            "<time datetime=\"2026-06-12T10:00:00Z\" title=\"12 June 2026, 10:00:00 UTC\">just \
             now</time>"
        );
    }
}
