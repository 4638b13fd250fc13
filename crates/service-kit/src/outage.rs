//! Saying once that something fails, and once that it works again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something that is tried again and again fails; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outage(Arc<AtomicBool>);

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It worked until now.
    Fails,
    /// It failed until now.
    Works,
}

impl Outage {
    /// Notes how a try went; what has changed with it, if anything.
    pub(crate) fn note(&self, failed: bool) -> Option<Turn> {
        match (failed, self.0.swap(failed, Ordering::Relaxed)) {
            (true, false) => Some(Turn::Fails),
            (false, true) => Some(Turn::Works),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let outage = Outage::default();
        let tries = [false, true, true, false, false, true];
        let told = tries.map(|failed| outage.note(failed));
        let (fails, works) = (Some(Turn::Fails), Some(Turn::Works));
        assert_eq!(told, [None, fails, None, works, None, fails]);
    }
}
