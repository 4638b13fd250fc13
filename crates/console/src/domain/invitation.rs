//! What an operator is told of a tester's invitation (section 7 of the contracts).

use chrono::{DateTime, Utc};
use ghost_contracts::console::RefusalReason;
use serde::Serialize;

use crate::domain::walkthrough_token::WalkthroughToken;

/// The status of a tester's newest walkthrough token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be used.
    Sent,
    /// It was used.
    Consumed,
    /// It is older than 14 days.
    Expired,
    /// It was taken back, or there is none.
    Revoked,
}

impl InvitationStatus {
    /// The status of the newest token at `now`, the database's time. Where there is none the
    /// tester has no way in, as if it had been revoked, and a resend mints one.
    #[must_use]
    pub fn of(newest: Option<&WalkthroughToken>, now: DateTime<Utc>) -> Self {
        match newest.map(|token| token.refusal(now)) {
            Some(None) => Self::Sent,
            Some(Some(RefusalReason::Consumed)) => Self::Consumed,
            Some(Some(RefusalReason::Expired)) => Self::Expired,
            None | Some(Some(RefusalReason::Revoked | RefusalReason::Unknown)) => Self::Revoked,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Consumed => "consumed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
