//! Requests without end, none of which may fail.

use std::future::Future;

use test_support::wait;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Rounds of requests, one after the other, until it is ended.
pub struct Stream {
    stop: CancellationToken,
    rounds: watch::Receiver<u64>,
    running: JoinHandle<()>,
}

impl Stream {
    /// Begins; a round panics where it fails, and is given its number.
    pub fn begin<F>(round: impl Fn(u64) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let stop = CancellationToken::new();
        let (done, rounds) = watch::channel(0);
        let stopped = stop.clone();
        let running = tokio::spawn(async move {
            let mut number = 0;
            while !stopped.is_cancelled() {
                number += 1;
                round(number).await;
                done.send_replace(number);
            }
        });
        Self { stop, rounds, running }
    }

    /// Nobody asks anything.
    pub fn idle() -> Self {
        Self::begin(|_| tokio::task::yield_now())
    }

    /// Waits until so many more rounds were begun and went well; more than one, since the one that
    /// runs was begun before.
    pub async fn goes_on(&mut self, more: u64) {
        for _ in 0..=more {
            let waited = wait::within("the next round has ended", self.rounds.changed()).await;
            if waited.is_err() {
                // The round has panicked: so do we.
                (&mut self.running).await.unwrap();
            }
        }
    }

    /// Ends it and gives how many rounds there were, all of which went well.
    pub async fn end(self) -> u64 {
        self.stop.cancel();
        self.running.await.unwrap();
        *self.rounds.borrow()
    }
}
