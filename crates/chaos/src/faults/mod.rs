//! What goes wrong, and when: two lists, drawn from the seed before anything starts. One is of
//! machines, the other of wires and of the mail provider; they run side by side.

mod machines;
mod wires;

use std::fmt;
use std::time::Duration;

use crate::dice::Dice;

pub(crate) use machines::Machines;
pub(crate) use wires::Wires;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A process is killed, and comes back after the time.
    Kill(usize),
    /// It stands still for the time.
    Freeze(usize),
    /// It is told to stop, and comes back after the time.
    Terminate(usize),
    /// Postgres stops at once, and comes back.
    Postgres,
    /// Redis is killed, and comes back empty.
    Redis,
    /// A cable is cut for the time.
    Cut(usize),
    /// A cable is slow by so many milliseconds for the time.
    Slow(usize, u64),
    /// A cable carries noise for the time.
    Noise(usize),
    /// The mail provider answers 500.
    MailFails,
    /// It takes the mail and closes the connection.
    MailCut,
    /// It will never take the mail of this recipient.
    MailRefused,
}

/// A fault of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    /// How long after the one before it.
    pub(crate) after: Duration,
    pub(crate) fault: Fault,
    pub(crate) lasts: Duration,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (after, lasts) = (self.after.as_millis(), self.lasts.as_millis());
        write!(f, "+{after} ms: {:?} for {lasts} ms", self.fault)
    }
}

/// What happens to `processes` processes, Postgres and Redis, more than enough for the time.
pub(crate) fn of_machines(seed: u64, time: Duration, processes: usize) -> Vec<Event> {
    let mut dice = Dice::new(seed, "machines");
    list(&mut dice, time, (300, 2000), |dice| {
        let process = index(dice, processes);
        let fault = match dice.between(1, 100) {
            1..=30 => Fault::Kill(process),
            31..=50 => Fault::Freeze(process),
            51..=70 => Fault::Terminate(process),
            71..=88 => Fault::Postgres,
            _ => Fault::Redis,
        };
        let lasts = match fault {
            Fault::Freeze(_) => dice.millis(200, 6500),
            _ => dice.millis(0, 1200),
        };
        (fault, lasts)
    })
}

/// What happens to `links` cables and the mail provider.
pub(crate) fn of_wires(seed: u64, time: Duration, links: usize) -> Vec<Event> {
    let mut dice = Dice::new(seed, "wires");
    list(&mut dice, time, (100, 1200), |dice| {
        let link = index(dice, links);
        let fault = match dice.between(1, 100) {
            1..=30 => Fault::Cut(link),
            31..=55 => Fault::Slow(link, dice.between(5, 80)),
            56..=78 => Fault::Noise(link),
            79..=88 => Fault::MailFails,
            89..=97 => Fault::MailCut,
            _ => Fault::MailRefused,
        };
        let lasts = match fault {
            Fault::Slow(..) => dice.millis(500, 3000),
            Fault::MailRefused => dice.millis(50, 300),
            _ => dice.millis(50, 1500),
        };
        (fault, lasts)
    })
}

fn index(dice: &mut Dice, count: usize) -> usize {
    let last = u64::try_from(count).unwrap_or(1).saturating_sub(1);
    usize::try_from(dice.between(0, last)).unwrap_or_default()
}

fn list(
    dice: &mut Dice,
    time: Duration,
    (shortest, longest): (u64, u64),
    mut draw: impl FnMut(&mut Dice) -> (Fault, Duration),
) -> Vec<Event> {
    let (mut events, mut at) = (Vec::new(), Duration::ZERO);
    while at < time {
        let after = dice.millis(shortest, longest);
        let (fault, lasts) = draw(dice);
        events.push(Event { after, fault, lasts });
        at += after + lasts;
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_faults_each_time() {
        let minute = Duration::from_secs(60);
        assert_eq!(of_machines(3, minute, 4), of_machines(3, minute, 4));
        assert_ne!(of_machines(3, minute, 4), of_machines(4, minute, 4));
        assert_eq!(of_wires(3, minute, 12), of_wires(3, minute, 12));
    }

    #[test]
    fn a_longer_run_begins_with_the_faults_of_a_shorter_one() {
        let short = of_machines(5, Duration::from_secs(20), 4);
        let long = of_machines(5, Duration::from_secs(60), 4);
        assert!(long.starts_with(&short) && long.len() > short.len());
    }
}
