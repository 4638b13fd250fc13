//! Asking whether a service is ready costs a connection of the pool, and anybody may ask. So there
//! is one look at a time, and few in a second, however many ask.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// For how long an answer may be given again.
const KEPT: Duration = Duration::from_secs(1);
/// How many looks there are in that time before the last one's answer is given again. More than
/// anybody needs who watches over a service, so that they hear how it is now.
const LOOKS: u32 = 10;

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

/// The looks of one process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<Looks>>>);

/// Those since `since`, the last of which ended at `at`.
#[derive(Debug)]
struct Looks {
    since: Instant,
    count: u32,
    at: Instant,
    answer: Answer,
}

impl Readiness {
    /// What `look` finds. Whoever comes while somebody looks is answered what that one found;
    /// once there were enough looks, the last answer is given again, for 1 s at most.
    pub(super) async fn find(&self, look: impl AsyncFnOnce() -> Answer) -> Answer {
        let came = Instant::now();
        let mut looks = self.0.lock().await;
        let now = Instant::now();
        let recent = looks.as_ref().filter(|last| now.duration_since(last.since) < KEPT);
        let used = recent.is_some_and(|last| last.count >= LOOKS);
        let last = looks.as_ref().filter(|last| used || last.at >= came);
        if let Some(last) = last {
            return last.answer.clone();
        }
        let (since, count) = recent.map_or((now, 0), |last| (last.since, last.count));
        let answer = look().await;
        let kept = Looks { since, count: count + 1, at: Instant::now(), answer: answer.clone() };
        *looks = Some(kept);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    use futures_util::future::join_all;

    use super::*;

    #[derive(Default)]
    struct Counted {
        inside: AtomicU32,
        all: AtomicU32,
    }

    impl Counted {
        async fn look(&self) -> Answer {
            assert_eq!(self.inside.fetch_add(1, SeqCst), 0, "two look at once");
            tokio::task::yield_now().await;
            self.inside.fetch_sub(1, SeqCst);
            let body = (self.all.fetch_add(1, SeqCst) + 1).into();
            Answer { status: StatusCode::OK, body }
        }
    }

    #[tokio::test]
    async fn many_who_ask_at_once_share_one_look() {
        let (readiness, counted) = (Readiness::default(), Counted::default());
        let answers =
            join_all((0..500).map(|_| readiness.find(async || counted.look().await))).await;
        assert!(answers.iter().all(|answer| answer.body == 1));
    }

    #[tokio::test]
    async fn whoever_asks_now_and_then_hears_how_it_is_now_and_a_flood_what_was_found_last() {
        let (readiness, counted) = (Readiness::default(), Counted::default());
        let begun = Instant::now();
        for number in 1..=LOOKS {
            let answer = readiness.find(async || counted.look().await).await;
            assert!(begun.elapsed() > KEPT || answer.body == number);
        }
        for _ in 0..1000 {
            readiness.find(async || counted.look().await).await;
        }
        let seconds = u32::try_from(begun.elapsed().as_secs()).unwrap();
        assert!(counted.all.load(SeqCst) <= LOOKS * (seconds + 1));
    }
}
