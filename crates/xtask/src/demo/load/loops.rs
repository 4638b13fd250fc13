//! The two ways to ask, and waiting until all is as it was.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::super::failure::Failure;
use super::Shared;
use super::asks::Mix;
use super::tally::Tally;

/// How many requests may be on their way at once, for our own sake: a client's machine has an
/// end too. What it would have been to send beyond that is counted as not sent.
const ON_THEIR_WAY: usize = 6000;
/// How often the open loop looks at the clock.
const TICK: Duration = Duration::from_millis(5);
/// For how long recovery is waited for.
const RECOVERED_WITHIN: Duration = Duration::from_secs(15);

/// So many clients, each with its next request as soon as the last is answered.
pub(super) async fn closed(mix: &Arc<Mix>, clients: usize, time: Duration) -> Tally {
    let shared: Shared = Arc::default();
    let end = Instant::now() + time;
    let mut asking = JoinSet::new();
    for _ in 0..clients {
        let (mix, shared) = (Arc::clone(mix), Arc::clone(&shared));
        asking.spawn(async move {
            while Instant::now() < end {
                let (ask, seen) = mix.ask().await;
                shared.lock().unwrap_or_else(PoisonError::into_inner).note(ask, seen);
            }
        });
    }
    while asking.join_next().await.is_some() {}
    end_of(&shared, time)
}

/// `rate` requests a second, whatever becomes of those before. Returns when all are answered.
pub(super) async fn open(mix: &Arc<Mix>, rate: f64, time: Duration) -> Tally {
    let shared: Shared = Arc::default();
    let mut asking = JoinSet::new();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let began = Instant::now();
    let mut sent = 0_u64;
    loop {
        ticks.tick().await;
        let elapsed = began.elapsed();
        if elapsed >= time {
            break;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of requests"
        )]
        let due = (rate * elapsed.as_secs_f64()) as u64;
        while asking.try_join_next().is_some() {}
        for _ in sent..due {
            if asking.len() >= ON_THEIR_WAY {
                shared.lock().unwrap_or_else(PoisonError::into_inner).not_sent += 1;
                continue;
            }
            let (mix, shared) = (Arc::clone(mix), Arc::clone(&shared));
            asking.spawn(async move {
                let (ask, seen) = mix.ask().await;
                shared.lock().unwrap_or_else(PoisonError::into_inner).note(ask, seen);
            });
        }
        sent = due;
    }
    while asking.join_next().await.is_some() {}
    end_of(&shared, began.elapsed())
}

/// How it was afterwards.
pub(super) struct Recovery {
    /// How long after the last answer of the load both were ready and as quick as before.
    pub(super) after: Duration,
    /// The round that was as quick as those before the load.
    pub(super) tally: Tally,
}

/// Asks at ease until it is as it was `before`.
pub(super) async fn recovery(
    mix: &Arc<Mix>,
    clients: usize,
    round: Duration,
    before: &Tally,
) -> Result<Recovery, Failure> {
    let began = Instant::now();
    loop {
        let after = began.elapsed();
        if mix.are_ready().await {
            let tally = closed(mix, clients, round).await;
            let quick = tally.typical() <= before.typical() * 2 + Duration::from_millis(20);
            if quick && tally.turned_away() == 0 {
                return Ok(Recovery { after, tally });
            }
        }
        if began.elapsed() > RECOVERED_WITHIN {
            let seconds = RECOVERED_WITHIN.as_secs();
            return Err(Failure::new(format!("after {seconds} s they are not as they were")));
        }
    }
}

fn end_of(shared: &Shared, time: Duration) -> Tally {
    let mut taken = std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner));
    taken.time = time;
    taken
}
