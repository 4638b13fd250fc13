//! Cables that break, and a mail provider that has its moods.

use std::sync::Arc;
use std::time::Duration;

use test_support::Answer;
use test_support::postmark::{Outcome, Postmark};
use tokio::sync::watch;

use super::{Event, Fault};
use crate::notes::Notes;
use crate::world::link::{Link, Weather};

/// Who breaks wires.
#[derive(Debug)]
pub(crate) struct Wires {
    pub(crate) links: Arc<Vec<Link>>,
    pub(crate) postmark: Arc<Postmark>,
    pub(crate) notes: Arc<Notes>,
}

impl Wires {
    /// Carries the list out until the time is over, and leaves all well.
    pub(crate) async fn run(self, events: Vec<Event>, mut over: watch::Receiver<bool>) {
        for event in events {
            let waited = tokio::time::timeout(event.after, over.wait_for(|over| *over)).await;
            if waited.is_ok() {
                break;
            }
            self.break_for(event.fault, event.lasts).await;
        }
        self.mend();
    }

    /// All is well.
    pub(crate) fn mend(&self) {
        self.links.iter().for_each(|link| link.set(Weather::Fair));
        self.postmark.always(Outcome::Accept);
    }

    async fn break_for(&self, fault: Fault, lasts: Duration) {
        match fault {
            Fault::Cut(link) => self.weather(link, Weather::Cut, "cables cut", lasts).await,
            Fault::Noise(link) => self.weather(link, Weather::Noisy, "cables noisy", lasts).await,
            Fault::Slow(link, by) => {
                let slow = Weather::Slow(Duration::from_millis(by));
                self.weather(link, slow, "cables slow", lasts).await;
            }
            Fault::MailFails => {
                self.mail(Outcome::Answer(Answer::garbage()), lasts / 2).await;
                self.mail(Outcome::Refuse { status: 500, error_code: 0 }, lasts / 2).await;
            }
            Fault::MailCut => {
                self.mail(Outcome::AcceptAndCut, lasts / 2).await;
                self.mail(Outcome::Cut, lasts / 2).await;
            }
            Fault::MailRefused => {
                self.mail(Outcome::Refuse { status: 422, error_code: 406 }, lasts).await;
            }
            _ => {}
        }
    }

    async fn weather(&self, link: usize, weather: Weather, what: &'static str, lasts: Duration) {
        let Some(link) = self.links.get(link) else { return };
        self.notes.count(what);
        link.set(weather);
        tokio::time::sleep(lasts).await;
        link.set(Weather::Fair);
    }

    async fn mail(&self, outcome: Outcome, lasts: Duration) {
        self.notes.count("moods of the mail provider");
        self.postmark.always(outcome);
        tokio::time::sleep(lasts).await;
        self.postmark.always(Outcome::Accept);
    }
}
