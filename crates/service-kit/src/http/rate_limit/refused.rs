//! Whom the database has refused, so that somebody who goes on asking is refused without a
//! connection: else whoever is over the limit would keep everybody else from the database.
//!
//! The database decides. What is kept here only repeats a refusal of its until the window is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a client is refused by the database before that is repeated without asking it.
const REFUSALS: u32 = 10;
/// How many clients are kept at most.
const KEPT: usize = 10_000;

/// The clients that one process has refused; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Refused(Arc<Mutex<HashMap<String, Refusals>>>);

#[derive(Debug)]
struct Refusals {
    count: u32,
    until: Instant,
}

impl Refused {
    /// Notes that the database has refused `client` and for how many seconds.
    pub(super) fn note(&self, client: &str, seconds: u64) {
        let now = Instant::now();
        let mut kept = self.lock();
        if kept.len() >= KEPT && !kept.contains_key(client) {
            kept.retain(|_, refusals| refusals.until > now);
            // Any of them: it is refused by the database again.
            if let Some(any) = kept.keys().next().cloned().filter(|_| kept.len() >= KEPT) {
                kept.remove(&any);
            }
        }
        let begun = || Refusals { count: 0, until: now };
        let refusals = kept.entry(client.to_owned()).or_insert_with(begun);
        if refusals.until <= now {
            refusals.count = 0;
        }
        refusals.count += 1;
        refusals.until = now + Duration::from_secs(seconds.min(60));
    }

    /// For how many seconds, at least 1, `client` need not be looked up; `None` where the database
    /// has to be asked.
    pub(super) fn wait(&self, client: &str) -> Option<u64> {
        let kept = self.lock();
        let refusals = kept.get(client).filter(|refusals| refusals.count >= REFUSALS)?;
        let left = refusals.until.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then(|| left.as_secs() + 1)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Refusals>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flood(refused: &Refused, client: &str, seconds: u64) {
        for _ in 0..REFUSALS {
            refused.note(client, seconds);
        }
    }

    #[test]
    fn only_whoever_goes_on_asking_is_refused_from_memory_and_until_the_window_is_over() {
        let refused = Refused::default();
        for _ in 1..REFUSALS {
            refused.note("192.0.2.1", 30);
            assert_eq!(refused.wait("192.0.2.1"), None);
        }
        refused.note("192.0.2.1", 30);
        assert_eq!(refused.wait("192.0.2.1"), Some(30));
        assert_eq!(refused.wait("192.0.2.2"), None);
        flood(&refused, "192.0.2.3", 0);
        assert_eq!(refused.wait("192.0.2.3"), None);
    }

    #[test]
    fn no_more_than_so_many_are_kept_and_the_newest_is() {
        let refused = Refused::default();
        for number in 0..KEPT + 100 {
            refused.note(&number.to_string(), 60);
        }
        flood(&refused, "192.0.2.1", 60);
        assert_eq!(refused.lock().len(), KEPT);
        assert!(refused.wait("192.0.2.1").is_some());
    }
}
