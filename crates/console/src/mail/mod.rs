//! Mail to testers: what it says, how it is sent, and the outbox behind it.

pub mod message;
pub mod outbox;
pub mod postmark;

use std::sync::Arc;

use prometheus::{IntCounterVec, Opts};
use service_kit::db::Pool;
use service_kit::metrics::Metrics;

use crate::domain::walkthrough_token::WalkthroughKeys;
use crate::mail::message::Links;
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
}

impl Mailer {
    /// A mailer that derives links with `keys` and writes as `from`, which is `POSTMARK_FROM`.
    ///
    /// # Errors
    /// Where its metric is registered already.
    pub fn new(
        pool: Pool,
        postmark: Postmark,
        from: impl Into<String>,
        links: Links,
        metrics: &Metrics,
    ) -> Result<Self, prometheus::Error> {
        let attempts = IntCounterVec::new(
            Opts::new("mail_attempts_total", "Attempts to send a mail, by what became of it."),
            &["outcome"],
        )?;
        metrics.registry().register(Box::new(attempts.clone()))?;
        Ok(Self(Arc::new(Inner { pool, postmark, from: from.into(), links, attempts })))
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
