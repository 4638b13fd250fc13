//! Stopping a request on its way, so that a test can do something meanwhile.

use tokio::sync::{oneshot, watch};

use crate::wait;

/// The test's end: it says when the request goes on. Dropped without a word, it lets the
/// request go.
#[derive(Debug)]
pub struct Held {
    arrived: watch::Receiver<bool>,
    verdict: oneshot::Sender<Verdict>,
}

impl Held {
    /// Waits until a request stands at the gate.
    ///
    /// # Panics
    ///
    /// When none has come after [`wait::PATIENCE`], or the stand-in has been dropped.
    pub async fn arrived(&mut self) {
        let arrived = wait::within("a request arrives", self.arrived.wait_for(|arrived| *arrived));
        assert!(arrived.await.is_ok(), "the stand-in is gone, no request will arrive");
    }

    /// Whether a request stands at the gate now.
    #[must_use]
    pub fn has_arrived(&self) -> bool {
        *self.arrived.borrow()
    }

    /// Lets the request, or its answer, go on.
    pub fn release(self) {
        let _ = self.verdict.send(Verdict::Release);
    }

    /// Closes the connection instead: a held request never reaches its target, a held
    /// answer never reaches the client.
    pub fn cut(self) {
        let _ = self.verdict.send(Verdict::Cut);
    }
}

/// The stand-in's end.
#[derive(Debug)]
pub(crate) struct Gate {
    arrived: watch::Sender<bool>,
    verdict: oneshot::Receiver<Verdict>,
}

/// How the test decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Release,
    Cut,
}

pub(crate) fn gate() -> (Held, Gate) {
    let (arrived, seen) = watch::channel(false);
    let (say, verdict) = oneshot::channel();
    (Held { arrived: seen, verdict: say }, Gate { arrived, verdict })
}

impl Gate {
    /// Announces the request and waits for the test to decide.
    pub(crate) async fn pass(self) -> Verdict {
        self.arrived.send_replace(true);
        self.verdict.await.unwrap_or(Verdict::Release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_waits_for_the_verdict() {
        let (mut held, gate) = gate();
        assert!(!held.has_arrived());
        let passing = tokio::spawn(gate.pass());
        held.arrived().await;
        assert!(!passing.is_finished());
        held.cut();
        assert_eq!(passing.await.unwrap(), Verdict::Cut);
    }

    #[tokio::test]
    async fn a_forgotten_request_goes_on() {
        let (held, gate) = gate();
        drop(held);
        assert_eq!(gate.pass().await, Verdict::Release);
    }
}
