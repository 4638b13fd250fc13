//! Sending what stands in the outbox (section 8 of the contracts).
//!
//! A row is taken by one statement, so two processes never send the same mail at once; no
//! connection is held while Postmark is asked.

use std::time::Duration;

use service_kit::db::{Connection, DbError};
use service_kit::fail_point;
use tokio::task::JoinSet;

use crate::db::outbox::{self, Claimed};
use crate::db::{mail, time, walkthrough_token};
use crate::domain::mail::{MailId, MailStatus, wait_after};
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::mail::Mailer;
use crate::mail::message::{Content, Message};
use crate::mail::postmark::SendError;

/// How many mails one worker sends at the same time.
const BATCH: u16 = 8;

/// How often somebody else's attempt is looked at: together a little longer than Postmark gets.
const LOOKS: u32 = 55;
/// How long between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Postmark took the mail.
    Accepted,
    /// Not yet: it stays in the outbox and is tried again.
    Retrying,
    /// Postmark will never take it.
    Failed,
    /// Its link ended before it went out.
    Superseded,
}

impl Attempt {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Retrying, Self::Failed, Self::Superseded];

    /// Whether the mail is on its way.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted)
    }

    /// The label of the metric.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Retrying => "retrying",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl From<MailStatus> for Attempt {
    fn from(status: MailStatus) -> Self {
        match status {
            MailStatus::Pending => Self::Retrying,
            MailStatus::Accepted => Self::Accepted,
            MailStatus::Failed => Self::Failed,
            MailStatus::Superseded => Self::Superseded,
        }
    }
}

impl Mailer {
    /// Sends one mail of the outbox now, whether it is due or not. Where somebody else is sending
    /// it at this moment, waits for what becomes of that; where it is over, says how it ended.
    ///
    /// Runs to its end only if the caller does: spawn it where a client could go away.
    pub async fn attempt(&self, id: MailId) -> Attempt {
        self.try_attempt(id).await.unwrap_or_else(|error| {
            tracing::error!(%error, mail = id.0, "a mail stays in the outbox");
            Attempt::Retrying
        })
    }

    async fn try_attempt(&self, id: MailId) -> Result<Attempt, DbError> {
        let mut connection = self.0.pool.get().await?;
        match outbox::claim(&mut connection, id, self.from()).await? {
            None => {
                drop(connection);
                self.await_other(id).await
            }
            Some(claimed) => {
                drop(connection);
                self.deliver(&claimed).await
            }
        }
    }

    /// What becomes of an attempt that somebody else makes: at the latest when it must be over.
    async fn await_other(&self, id: MailId) -> Result<Attempt, DbError> {
        for _ in 0..LOOKS {
            let mut connection = self.0.pool.get().await?;
            if !outbox::is_in_flight(&mut connection, id).await? {
                return mail::status(&mut connection, id).await.map(Attempt::from);
            }
            drop(connection);
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(Attempt::Retrying)
    }

    /// Takes the mails that are due, sends them side by side, and says how many they were; at
    /// most 8, so that there may be more.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn send_due(&self) -> Result<usize, DbError> {
        let mut connection = self.0.pool.get().await?;
        let due = outbox::claim_due(&mut connection, self.from(), i64::from(BATCH)).await?;
        drop(connection);
        let count = due.len();
        let mut sending = JoinSet::new();
        for claimed in due {
            let this = self.clone();
            sending.spawn(async move {
                if let Err(error) = this.deliver(&claimed).await {
                    tracing::error!(%error, mail = claimed.id.0, "a mail stays in the outbox");
                }
            });
        }
        while sending.join_next().await.is_some() {}
        Ok(count)
    }

    /// How many mails [`Self::send_due`] takes at most.
    #[must_use]
    pub const fn batch() -> usize {
        BATCH as usize
    }

    /// One attempt with a mail that is ours: looks at the token, sends, notes what came of it.
    async fn deliver(&self, claimed: &Claimed) -> Result<Attempt, DbError> {
        let mut connection = self.0.pool.get().await?;
        let token = walkthrough_token::by_id(&mut connection, claimed.token).await?;
        let now = time::now(&mut connection).await?;
        let Some(token) = token.filter(|token| token.is_live(now)) else {
            outbox::supersede(&mut connection, claimed.id).await?;
            return Ok(self.count(Attempt::Superseded));
        };
        drop(connection);
        let sent = self.send(claimed, &token).await;
        let mut connection = self.0.pool.get().await?;
        let attempt = self.record(&mut connection, claimed, sent).await?;
        Ok(self.count(attempt))
    }

    /// Derives the link and hands the mail over.
    async fn send(
        &self,
        claimed: &Claimed,
        token: &WalkthroughToken,
    ) -> Result<Option<String>, Undelivered> {
        let link = self.links().walkthrough(token).map_err(|_| Undelivered::Unwritable)?;
        let content = Content { name: &claimed.name, link: &link, expires_at: token.expires_at };
        let message = Message::new(claimed.kind, &content).map_err(|_| Undelivered::Unwritable)?;
        let no_answer = || SendError::NoAnswer("fail point");
        fail_point::other("mail.attempt.before", no_answer)?;
        let message_id = self.0.postmark.send(self.from(), &claimed.to, &message).await?;
        fail_point::other("mail.attempt.accepted", no_answer)?;
        Ok(message_id)
    }

    /// Final are an inactive recipient, and an invalid address while the sender's is known to be
    /// good; everything else is tried again and told to whoever watches the log.
    async fn record(
        &self,
        connection: &mut Connection,
        claimed: &Claimed,
        sent: Result<Option<String>, Undelivered>,
    ) -> Result<Attempt, DbError> {
        let (id, attempts) = (claimed.id, claimed.attempts);
        let error = match sent {
            Ok(message_id) => {
                outbox::accepted(connection, id, message_id.as_deref()).await?;
                fail_point::database("mail.attempt.noted")?;
                return Ok(Attempt::Accepted);
            }
            Err(error) => error,
        };
        let is_final = match &error {
            Undelivered::Refused(SendError::InactiveRecipient) => true,
            Undelivered::Refused(SendError::InvalidRequest) => {
                outbox::sender_is_known(connection, self.from()).await?
            }
            _ => false,
        };
        if is_final {
            tracing::warn!(mail = id.0, attempts, %error, "a mail will never be accepted");
            outbox::fail(connection, id, &error.to_string()).await?;
            return Ok(Attempt::Failed);
        }
        tracing::error!(alert = true, mail = id.0, attempts, %error, "a mail was not accepted");
        let wait = wait_after(attempts, rand::random::<f64>());
        outbox::retry(connection, id, &error.to_string(), wait).await?;
        Ok(Attempt::Retrying)
    }

    fn count(&self, attempt: Attempt) -> Attempt {
        self.0.attempts.with_label_values(&[attempt.as_str()]).inc();
        attempt
    }
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
enum Undelivered {
    #[error("the mail could not be written")]
    Unwritable,
    #[error(transparent)]
    Refused(#[from] SendError),
}
