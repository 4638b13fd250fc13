//! What was answered, and how quickly.

use std::collections::BTreeMap;
use std::time::Duration;

use super::asks::Ask;
use super::client::{Outcome, Seen};

/// How many wrong answers are kept to be shown.
const SHOWN: usize = 10;

/// The answers of one loop.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: BTreeMap<Ask, Kind>,
    /// How long it lasted.
    pub(super) time: Duration,
    /// How many requests we could not even send.
    pub(super) not_sent: u64,
    /// Some of the wrong answers, in words.
    pub(super) wrong: Vec<String>,
}

#[derive(Debug, Default)]
struct Kind {
    right: Vec<Duration>,
    turned_away: Vec<Duration>,
    wrong: Vec<Duration>,
}

impl Tally {
    pub(super) fn note(&mut self, ask: Ask, seen: Seen) {
        let kind = self.kinds.entry(ask).or_default();
        match seen.outcome {
            Outcome::Right => kind.right.push(seen.took),
            Outcome::TurnedAway => kind.turned_away.push(seen.took),
            Outcome::Wrong(words) => {
                kind.wrong.push(seen.took);
                if self.wrong.len() < SHOWN {
                    self.wrong.push(format!("{}: {words}", ask.name()));
                }
            }
        }
    }

    /// Right answers a second.
    pub(super) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of answers")]
        let right = self.kinds.values().map(|kind| kind.right.len()).sum::<usize>() as f64;
        right / self.time.as_secs_f64().max(0.001)
    }

    pub(super) fn turned_away(&self) -> usize {
        self.kinds.values().map(|kind| kind.turned_away.len()).sum()
    }

    pub(super) fn right(&self) -> usize {
        self.kinds.values().map(|kind| kind.right.len()).sum()
    }

    pub(super) fn wrong(&self) -> usize {
        self.kinds.values().map(|kind| kind.wrong.len()).sum()
    }

    /// The time of a request in the middle, over all kinds.
    pub(super) fn typical(&self) -> Duration {
        share(self.kinds.values().flat_map(|kind| kind.right.iter().copied()), 50)
    }
}

impl Kind {
    fn all(&self) -> impl Iterator<Item = Duration> {
        self.right.iter().chain(&self.turned_away).chain(&self.wrong).copied()
    }
}

/// The time within which `percent` of them were answered.
fn share(times: impl Iterator<Item = Duration>, percent: usize) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}

/// A table: one line a kind of request.
pub(super) fn print(name: &str, tally: &Tally) {
    let seconds = tally.time.as_secs_f64();
    let (rate, not_sent) = (tally.rate(), tally.not_sent);
    let head = ["right", "turned away", "wrong", "p50 ms", "p95 ms", "p99 ms", "longest"];
    let head: String = head.iter().map(|word| format!("{word:>12}")).collect();
    let mut table = format!("\n  {name:<22}{head}\n");
    for (ask, kind) in &tally.kinds {
        let counts = [kind.right.len(), kind.turned_away.len(), kind.wrong.len()];
        let counts: String = counts.iter().map(|count| format!("{count:>12}")).collect();
        let times = [50, 95, 99, 100].map(|percent| share(kind.all(), percent));
        let times: String =
            times.iter().map(|time| format!("{:>12.1}", time.as_secs_f64() * 1000.0)).collect();
        table.push_str(&format!("  {:<22}{counts}{times}\n", ask.name()));
    }
    table.push_str(&format!("  {rate:.0} right answers a second for {seconds:.1} s"));
    if not_sent > 0 {
        table.push_str(&format!("; {not_sent} more than this client could send"));
    }
    super::super::progress::print(&format!("{table}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_taken_of_the_sorted_times() {
        let times = |count: u64| (1..=count).rev().map(Duration::from_millis);
        assert_eq!(share(times(100), 50), Duration::from_millis(51));
        assert_eq!(share(times(100), 100), Duration::from_millis(100));
        assert_eq!(share(times(1), 99), Duration::from_millis(1));
        assert_eq!(share(times(0), 99), Duration::ZERO);
    }

    #[test]
    fn answers_are_counted_by_what_they_are() {
        let mut tally = Tally { time: Duration::from_secs(2), ..Tally::default() };
        let took = Duration::from_millis(3);
        let wrong = || Outcome::Wrong("500".to_owned());
        for outcome in [Outcome::Right, Outcome::TurnedAway, wrong(), Outcome::Right] {
            tally.note(Ask::SignIn, Seen { outcome, took });
        }
        assert_eq!((tally.right(), tally.turned_away(), tally.wrong()), (2, 1, 1));
        assert_eq!((tally.rate(), tally.typical()), (1.0, took));
        assert_eq!(tally.wrong, ["sign-in, both steps: 500"]);
    }
}
