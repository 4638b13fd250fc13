//! Mail to testers: what it says, how it is sent, and the outbox behind it.

pub mod message;
pub mod outbox;
pub mod postmark;

use std::sync::Arc;

use prometheus::IntCounterVec;
use service_kit::db::Pool;
use service_kit::metrics::Metrics;

use crate::domain::mail_event::Delivery;
use crate::domain::walkthrough_token::WalkthroughKeys;
use crate::mail::message::Links;
use crate::mail::outbox::Attempt;
use crate::mail::postmark::Postmark;

/// Sends what stands in the outbox. Its clones share everything.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    pool: Pool,
    postmark: Postmark,
    from: String,
    links: Links,
    attempts: IntCounterVec,
    reports: IntCounterVec,
}

impl Mailer {
    /// A mailer that derives links with `keys` and writes as `from`, which is `POSTMARK_FROM`.
    ///
    /// # Errors
    /// Where its metrics are registered already.
    pub fn new(
        pool: Pool,
        postmark: Postmark,
        from: impl Into<String>,
        links: Links,
        metrics: &Metrics,
    ) -> Result<Self, prometheus::Error> {
        let attempts = metrics.counters(
            "mail_attempts_total",
            "Attempts to send a mail, by what became of it.",
            &["outcome"],
        )?;
        for outcome in Attempt::ALL {
            attempts.with_label_values(&[outcome.as_str()]);
        }
        let reports = metrics.counters(
            "mail_reports_total",
            "New reports of Postmark on mails that it took, by what became of the mail.",
            &["delivery"],
        )?;
        for delivery in Delivery::ALL {
            reports.with_label_values(&[delivery.as_str()]);
        }
        Ok(Self(Arc::new(Inner { pool, postmark, from: from.into(), links, attempts, reports })))
    }

    /// Counts a new report of the provider.
    pub fn count_report(&self, delivery: Delivery) {
        self.0.reports.with_label_values(&[delivery.as_str()]).inc();
    }

    /// The sender, for new rows of the outbox.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.0.from
    }

    /// What makes and checks the tokens of links.
    #[must_use]
    pub fn keys(&self) -> &WalkthroughKeys {
        self.0.links.keys()
    }

    /// What makes links.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.0.links
    }
}
