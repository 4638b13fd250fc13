//! A server that has been asked something and says nothing: one whose process or machine hangs
//! keeps its connections open, and no limit of its own ends a statement there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};

/// How often a connection is looked at while the server may be silent.
const LOOKS: u32 = 8;

/// Notes what is asked over one connection. It belongs to that connection and ends with it.
pub(super) struct Questions {
    asked: Asked,
    /// Dropped with the connection, which ends its driver.
    _owner: oneshot::Sender<()>,
}

/// The driver's side.
pub(super) struct Watcher {
    asked: Asked,
    owner: oneshot::Receiver<()>,
    silence: Duration,
}

/// Since when the server owes an answer.
#[derive(Clone)]
struct Asked {
    /// Milliseconds after `zero`, from 1; 0 where it owes none.
    at: Arc<AtomicU64>,
    zero: Instant,
}

impl Questions {
    /// Both sides; `silence` is how long an answer may take.
    pub(super) fn new(silence: Duration) -> (Self, Watcher) {
        let asked = Asked { at: Arc::default(), zero: Instant::now() };
        let (sender, owner) = oneshot::channel();
        (Self { asked: asked.clone(), _owner: sender }, Watcher { asked, owner, silence })
    }
}

impl Instrumentation for Questions {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.asked.note(),
            InstrumentationEvent::FinishQuery { .. } => self.asked.at.store(0, Ordering::Relaxed),
            _ => {}
        }
    }
}

impl Asked {
    fn note(&self) {
        let now = u64::try_from(self.zero.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.at.store(now.saturating_add(1), Ordering::Relaxed);
    }

    /// For how long an answer is owed.
    fn silence(&self) -> Option<Duration> {
        let at = self.at.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.zero.elapsed().saturating_sub(Duration::from_millis(at)))
    }
}

/// Carries what goes over a connection until it ends, its owner lets it go, or the server owes an
/// answer for too long; whoever waits for one then learns that the connection is closed.
pub(super) async fn drive<S, T>(connection: tokio_postgres::Connection<S, T>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let Watcher { asked, mut owner, silence } = watcher;
    let mut connection = std::pin::pin!(connection);
    let mut looks = tokio::time::interval(silence / LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(cause) = ended {
                    tracing::info!(%cause, "a connection to the database has ended");
                }
                return;
            }
            _ = &mut owner => return,
            _ = looks.tick() => {
                if asked.silence().is_some_and(|silent| silent > silence) {
                    let seconds = silence.as_secs_f32();
                    // No alarm: whoever asked may have gone away before the answer, and then the
                    // server is well. Whoever still waits gets an error, which is logged where it ends.
                    tracing::info!(
                        seconds,
                        "a connection is given up: the database does not answer, or nobody waited \
                         for what it answered"
                    );
                    return;
                }
            }
        }
    }
}
