//! Mails to testers, as the outbox keeps them.

use chrono::TimeDelta;
use ghost_contracts::EmailAddress;
use utoipa::ToSchema;

use crate::domain::mail_event::Delivery;
use crate::domain::tester::TesterId;
use crate::domain::walkthrough_token::TokenId;

/// `mail_outbox.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailId(pub i64);

/// Why a tester is written to. The words of the mail depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MailKind {
    /// They are invited, or the invitation is sent again.
    Invitation,
    /// Their signup broke off and was reset: a new link replaces the old one.
    GhostReset,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MailStatus {
    /// Not accepted yet; it is tried again.
    Pending,
    /// The provider took it.
    Accepted,
    /// The provider will never take it.
    Failed,
    /// Its token ended before it went out.
    Superseded,
}

/// Text that is no name of a kind or status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not known of a mail")]
pub struct UnknownName(pub(crate) String);

impl MailKind {
    /// The name in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::GhostReset => "ghost_reset",
        }
    }
}

impl MailStatus {
    /// The name in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl TryFrom<String> for MailKind {
    type Error = UnknownName;

    fn try_from(name: String) -> Result<Self, UnknownName> {
        let all = [Self::Invitation, Self::GhostReset];
        all.into_iter().find(|kind| kind.as_str() == name).ok_or(UnknownName(name))
    }
}

impl TryFrom<String> for MailStatus {
    type Error = UnknownName;

    fn try_from(name: String) -> Result<Self, UnknownName> {
        let all = [Self::Pending, Self::Accepted, Self::Failed, Self::Superseded];
        all.into_iter().find(|status| status.as_str() == name).ok_or(UnknownName(name))
    }
}

/// How a mail stands for an operator: what the outbox knows of it, and once it was accepted what
/// the provider has reported since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Written, and on its way to the provider for the first time.
    Waiting,
    /// Not accepted so far; it is tried again.
    Retrying,
    /// The provider took it, and has not said more.
    Accepted,
    /// The receiving server put it off.
    Delayed,
    /// The receiving server took it.
    Delivered,
    /// It came back.
    Bounced,
    /// It was reported as spam.
    Complained,
    /// The provider will never take it.
    Failed,
    /// Its token ended before it went out.
    Superseded,
}

impl Standing {
    /// `has_failed` is whether an attempt has failed so far. Only what was accepted can have been
    /// delivered.
    #[must_use]
    pub const fn new(status: MailStatus, has_failed: bool, delivery: Option<Delivery>) -> Self {
        match (status, delivery) {
            (MailStatus::Pending, _) if has_failed => Self::Retrying,
            (MailStatus::Pending, _) => Self::Waiting,
            (MailStatus::Failed, _) => Self::Failed,
            (MailStatus::Superseded, _) => Self::Superseded,
            (MailStatus::Accepted, None) => Self::Accepted,
            (MailStatus::Accepted, Some(Delivery::Delayed)) => Self::Delayed,
            (MailStatus::Accepted, Some(Delivery::Delivered)) => Self::Delivered,
            (MailStatus::Accepted, Some(Delivery::Bounced)) => Self::Bounced,
            (MailStatus::Accepted, Some(Delivery::Complained)) => Self::Complained,
        }
    }

    /// Whether somebody should know: it did not arrive, or it did and they marked it as spam, so
    /// that no further one will. One that is only put off may still arrive by itself.
    #[must_use]
    pub const fn needs_somebody(self) -> bool {
        matches!(self, Self::Retrying | Self::Bounced | Self::Complained | Self::Failed)
    }
}

/// A mail to be written into the outbox.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// To whom.
    pub tester: TesterId,
    /// Their address.
    pub to: EmailAddress,
    /// Whose link it brings.
    pub token: TokenId,
    /// Why.
    pub kind: MailKind,
    /// `POSTMARK_FROM`.
    pub from: String,
}

/// The longest wait between two attempts, in seconds.
const LONGEST_WAIT: f64 = 15.0 * 60.0;
/// The longest wait before the first retry, in seconds: with the worker's own rhythm of 2 s it is
/// at most 10 s.
const FIRST_WAIT: f64 = 8.0;

/// How long to wait after the `attempts`-th failed attempt (section 8 of the contracts): 10 s at
/// most, doubling up to 15 minutes, and shortened by up to half, so that mails which failed
/// together do not come back together. `luck` lies between 0 and 1.
#[must_use]
pub fn wait_after(attempts: i32, luck: f64) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).clamp(0, 16);
    let longest = (FIRST_WAIT * 2f64.powi(doublings)).min(LONGEST_WAIT);
    let seconds = longest * (1.0 - luck.clamp(0.0, 1.0) / 2.0);
    #[expect(clippy::cast_possible_truncation, reason = "at most 900,000 milliseconds")]
    TimeDelta::milliseconds((seconds * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reported_counts_once_the_mail_was_accepted() {
        let bounced = Some(Delivery::Bounced);
        let standing = |status| Standing::new(status, true, bounced);
        assert_eq!(standing(MailStatus::Accepted), Standing::Bounced);
        assert_eq!(standing(MailStatus::Pending), Standing::Retrying);
        assert_eq!(standing(MailStatus::Failed), Standing::Failed);
        assert_eq!(standing(MailStatus::Superseded), Standing::Superseded);
        assert_eq!(Standing::new(MailStatus::Pending, false, None), Standing::Waiting);
        assert_eq!(Standing::new(MailStatus::Accepted, false, None), Standing::Accepted);
    }

    #[test]
    fn waits_grow_from_ten_seconds_at_most_to_a_quarter_of_an_hour() {
        let longest = |attempts| wait_after(attempts, 0.0).num_seconds();
        assert_eq!([1, 2, 3, 7, 8, 5000].map(longest), [8, 16, 32, 512, 900, 900]);
        assert_eq!(wait_after(1, 1.0).num_seconds(), 4);
        assert_eq!(wait_after(i32::MAX, 1.0).num_seconds(), 450);
    }
}
