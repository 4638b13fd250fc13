//! Stopping: on SIGTERM or Ctrl-C a service takes no new work, finishes what it began and ends.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::traces::span;

/// How long a stopping service waits for its requests. With [`GRACE`] behind it, and 1.5 s for
/// the last traces, that is 27.5 s of the 30 s after which Heroku kills.
pub const REQUEST_GRACE_SECONDS: u64 = 13;
/// How long it then waits for work that outlives its request.
pub const GRACE: std::time::Duration = std::time::Duration::from_secs(13);

/// A token that is cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: draining"),
            _ = interrupt.recv() => tracing::info!("SIGINT: draining"),
        }
        stop.cancel();
    });
    Ok(token)
}

/// Work that must come to its end whatever becomes of the client's connection.
#[derive(Clone, Default)]
pub struct Background(TaskTracker);

impl Background {
    /// Starts `work` in a task of its own; the handle gives its result to whoever still waits.
    pub fn spawn<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.spawn(span::in_current(work))
    }

    /// Waits until all of it is done, at most [`GRACE`].
    pub async fn finish(&self) {
        self.0.close();
        if tokio::time::timeout(GRACE, self.0.wait()).await.is_err() {
            tracing::error!(left = self.0.len(), "stopped before all work was done");
        }
    }
}
