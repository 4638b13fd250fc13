//! Waiting for an effect that announces itself to nobody: the one place that may sleep.
//!
//! Where there is an event to wait for, wait for that instead ([`crate::hold::Held`],
//! [`crate::postmark::Postmark::wait_for_mail`]).

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything in a test may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(10);

const INTERVAL: Duration = Duration::from_millis(10);

/// Asks `probe` again and again until it answers `Some`, for [`PATIENCE`] at most. `what`
/// completes the sentence "waited in vain until …".
///
/// # Panics
///
/// When the time is up.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let mut left = 3;
/// let answer = test_support::wait::eventually("the count is zero", || {
///     left -= 1;
///     let now = left;
///     async move { (now == 0).then_some("done") }
/// })
/// .await;
/// assert_eq!(answer, "done");
/// # });
/// ```
pub async fn eventually<T, F, Fut>(what: &str, mut probe: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Waits for an event, for [`PATIENCE`] at most. `what` as for [`eventually`].
///
/// # Panics
///
/// When the time is up.
pub async fn within<T>(what: &str, event: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, event).await;
    assert!(outcome.is_ok(), "waited in vain until {what}");
    outcome.expect("just asserted")
}

/// The same for code that is not async; `None` when the time is up.
pub(crate) fn blocking<T>(limit: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = probe() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that may sleep")]
        std::thread::sleep(INTERVAL);
    }
}
