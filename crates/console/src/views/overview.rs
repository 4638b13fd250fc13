//! The Overview.

use std::borrow::Borrow;
use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use super::audit::Told;
use super::badge::{self, Badge};
use super::beta::mail;
use super::layout::Layout;
use super::number::{grouped, plural};
use super::paths;
use crate::db::mail::Undelivered;
use crate::domain::audit::Entry;
use crate::domain::figures::{Day, Figures};
use crate::domain::invitation::InvitationStatus;
use crate::domain::overview::{NAMED, Overview};
use crate::domain::tester::{SeenState, Tester};

/// The drawing of the days, in its own units: the width of a day, of one of its two bars, and the
/// height of the highest.
const DAY: usize = 30;
const BAR: usize = 11;
const HEIGHT: i64 = 140;
/// The room above the bars, for the greatest number.
const ABOVE: i64 = 20;

/// How many interrupted resets and how many mails are named at once.
const OPEN: usize = 5;

/// The page.
#[derive(Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    layout: Layout,
    overview: Overview,
    stages: Vec<Stage>,
    columns: Vec<Column>,
    latest: Vec<Line>,
}

/// A stage of the funnel.
struct Stage {
    label: &'static str,
    testers: i64,
    /// Of all who were invited, in per cent.
    share: i64,
    /// How many got here and no further.
    lost: Option<i64>,
}

/// A day of the drawing.
struct Column {
    day: NaiveDate,
    x: usize,
    enrolled: Bar,
    stuck: Bar,
}

/// One bar: how high and from where, and what it stands for.
struct Bar {
    count: i64,
    x: usize,
    y: i64,
    height: i64,
}

/// One entry of the audit log.
struct Line {
    at: DateTime<Utc>,
    told: Told,
}

impl OverviewPage {
    /// The page; `admins` gives operators' ids their addresses.
    #[must_use]
    pub fn new(layout: Layout, overview: Overview, admins: &HashMap<String, String>) -> Self {
        let line = |entry: &Entry| Line { at: entry.occurred_at, told: Told::new(entry, admins) };
        Self {
            stages: stages(&overview.counted.figures),
            columns: columns(&overview.counted.figures.days),
            latest: overview.latest.iter().map(line).collect(),
            overview,
            layout,
        }
    }

    /// The ghosts that are shown by name, with the state they were seen in.
    fn ghosts(&self) -> Vec<(&Tester, SeenState, Badge)> {
        let shown = self.overview.ghosts.iter().filter_map(|ghost| Some((ghost, ghost.seen?)));
        // Who is among the ghosts has no invitation that works, or an empty shell.
        let badge = |state| badge::account(InvitationStatus::Consumed, Some(state));
        shown.map(|(ghost, seen)| (ghost, seen, badge(seen.state))).collect()
    }

    /// Where a ghost is helped.
    fn reset_href(&self, tester: &Tester) -> String {
        if self.layout.ghost_reset {
            paths::ghost_reset(tester.id)
        } else {
            paths::tester(tester.id)
        }
    }

    fn reset_label(&self) -> &'static str {
        if self.layout.ghost_reset { "Ghost reset…" } else { "Look into it…" }
    }

    fn are_more_ghosts(&self) -> bool {
        self.overview.ghost_count() > NAMED
    }

    fn width(&self) -> usize {
        self.columns.len() * DAY
    }

    /// The greatest number of a day.
    fn most(&self) -> i64 {
        most(&self.overview.counted.figures.days)
    }

    fn total(&self) -> (i64, i64) {
        let days = &self.overview.counted.figures.days;
        (days.iter().map(|day| day.enrolled).sum(), days.iter().map(|day| day.stuck).sum())
    }
}

fn stages(figures: &Figures) -> Vec<Stage> {
    let stages = figures.funnel.stages();
    let labels = ["Invited", "Opened the link", "Accepted the NDA", "Began a passkey", "Enrolled"];
    let invited = figures.funnel.invited;
    let next = stages.iter().skip(1).map(|(_, testers)| Some(*testers)).chain([None]);
    let each = stages.iter().zip(labels).zip(next);
    each.map(|((&(_, testers), label), next)| Stage {
        label,
        testers,
        share: if invited == 0 { 0 } else { (testers * 200 + invited) / (invited * 2) },
        lost: next.map(|next| testers - next),
    })
    .collect()
}

fn most(days: &[Day]) -> i64 {
    days.iter().map(|day| day.enrolled.max(day.stuck)).max().unwrap_or(0)
}

fn columns(days: &[Day]) -> Vec<Column> {
    let most = most(days).max(1);
    let bar = |count: i64, x: usize| {
        // What there is can be seen, however little it is beside the most.
        let height = if count == 0 { 0 } else { (count * HEIGHT / most).max(2) };
        Bar { count, x, y: ABOVE + HEIGHT - height, height }
    };
    let column = |(place, day): (usize, &Day)| {
        let x = place * DAY;
        Column {
            day: day.day,
            x: x + DAY / 2,
            enrolled: bar(day.enrolled, x + 3),
            stuck: bar(day.stuck, x + 4 + BAR),
        }
    };
    days.iter().enumerate().map(column).collect()
}

/// Those who are named at once; the [`others`] wait behind a click.
fn first<T>(waiting: &[T]) -> &[T] {
    waiting.get(..OPEN).unwrap_or(waiting)
}

fn others<T>(waiting: &[T]) -> &[T] {
    waiting.get(OPEN..).unwrap_or_default()
}

/// How many of `count` are not named at all.
fn unnamed<T>(count: impl Borrow<i64>, named: &[T]) -> i64 {
    *count.borrow() - i64::try_from(named.len()).unwrap_or_default()
}

/// What is wrong with a mail that needs somebody.
fn trouble(waiting: &Undelivered) -> &'static str {
    mail::trouble(waiting.mail.standing())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::{Counts, Funnel};

    #[test]
    fn the_highest_bar_fills_the_drawing_and_the_smallest_can_be_seen() {
        let day = "2026-06-12".parse().unwrap();
        let drawn = columns(&[Day { day, enrolled: 1_000, stuck: 1 }]);
        assert_eq!((drawn[0].enrolled.y, drawn[0].enrolled.height), (ABOVE, HEIGHT));
        assert_eq!(drawn[0].stuck.height, 2);
        let empty = columns(&[Day { day, enrolled: 0, stuck: 0 }]);
        assert_eq!((empty[0].enrolled.height, empty[0].stuck.height), (0, 0));
    }

    #[test]
    fn shares_are_of_the_invited_and_nobody_is_lost_after_the_last_stage() {
        let funnel =
            Funnel { invited: 3, opened: 2, nda_accepted: 2, ceremony_begun: 1, enrolled: 1 };
        let figures = Figures {
            counts: Counts::default(),
            oldest_seen_at: None,
            newest_seen_at: None,
            funnel,
            days: Vec::new(),
        };
        let drawn: Vec<_> = stages(&figures).iter().map(|s| (s.share, s.lost)).collect();
        let expected = [(100, Some(1)), (67, Some(0)), (67, Some(1)), (33, Some(0)), (33, None)];
        assert_eq!(drawn, expected);
        let nobody = Figures { funnel: Funnel::default(), ..figures };
        assert!(stages(&nobody).iter().all(|stage| stage.share == 0));
    }
}
