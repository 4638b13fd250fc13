//! Being told to stop: Ctrl-C, SIGTERM, or a terminal that is closed.

use std::future::{self, Future};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Knows whether a signal has come. From the moment it listens, no signal ends the process any
/// more: what was begun is torn down first.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<Option<&'static str>>);

impl Interrupt {
    /// Listens from now on. Call it on a tokio runtime.
    ///
    /// # Errors
    ///
    /// Where signals cannot be listened to.
    pub fn listen() -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let (tell, told) = watch::channel(None);
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
                _ = hang_up.recv() => "SIGHUP",
            };
            tell.send_replace(Some(name));
        });
        Ok(Self(told))
    }

    /// One that never comes.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::channel(None).1)
    }

    /// Waits for a signal and gives its name; at once where one has come already.
    pub fn arrived(&self) -> impl Future<Output = &'static str> + Send + use<> {
        let mut told = self.0.clone();
        async move {
            let name = told.wait_for(Option::is_some).await.ok().and_then(|name| *name);
            match name {
                Some(name) => name,
                None => future::pending().await,
            }
        }
    }
}
