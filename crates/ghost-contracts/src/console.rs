//! The internal API of `console` (section 6): Raptor asks. And what a refused ghost reset
//! says besides its code (section 8).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::object::objects_only;
use crate::{EmailAddress, PersonName, Token, timestamp};

pub use verification::{UsableWalkthrough, WalkthroughVerification};

mod verification;

/// `POST` [`WalkthroughVerifyRequest`], answered with [`WalkthroughVerification`].
pub const WALKTHROUGH_VERIFY_PATH: &str = "/api/internal/beta/walkthrough-tokens/verify";

/// `POST` [`WalkthroughConsumeRequest`], answered with [`WalkthroughConsumed`], or 409 and
/// [`TokenNotUsable`] or [`NdaVersionOutdated`], or 400 `nda_not_accepted`.
pub const WALKTHROUGH_CONSUME_PATH: &str = "/api/internal/beta/walkthrough-tokens/consume";

/// Asks what a walkthrough token is worth. Nothing is spent by asking.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct WalkthroughVerifyRequest {
    /// The token of the link.
    pub token: Token,
}

/// Spends a walkthrough token and records that the NDA was accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct WalkthroughConsumeRequest {
    /// The token of the link.
    pub token: Token,
    /// Which text the person saw. Any text: one that is not the current version's is
    /// `nda_version_outdated`, no malformed request.
    pub nda_version: String,
    /// Whether they accepted it. It may be absent where this version is acknowledged already.
    #[serde(default)]
    pub nda_accepted: bool,
    /// Names this attempt, so that it can be repeated for 10 minutes after a cut answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_id: Option<Uuid>,
}

/// The token is spent, now or by an earlier try of the same attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalkthroughConsumed {
    /// Whom the invitation was for.
    pub email: EmailAddress,
    /// What they are called.
    pub name: PersonName,
}

/// Why a walkthrough token cannot be used. `revoked` is looked at before `consumed`, and that
/// before `expired`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Its signature is wrong, or there is no such invitation.
    Unknown,
    /// It is older than 14 days.
    Expired,
    /// A newer one has taken its place.
    Revoked,
    /// It was used.
    Consumed,
}

/// Text that names no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the name of a reason to refuse a walkthrough token.")]
pub struct UnknownRefusalReason;

impl RefusalReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Expired, Self::Revoked, Self::Consumed];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Consumed => "consumed",
        }
    }
}

impl FromStr for RefusalReason {
    type Err = UnknownRefusalReason;

    fn from_str(text: &str) -> Result<Self, UnknownRefusalReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnknownRefusalReason)
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What 409 `token_not_usable` says besides `error` and `message`; nothing was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenNotUsable {
    /// Why not.
    pub reason: RefusalReason,
}

/// What 409 `nda_version_outdated` says besides `error` and `message`; nothing was spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NdaVersionOutdated {
    /// The version that is current.
    pub nda_version: String,
}

/// What a ghost reset's 409 `account_healthy` says besides `error` and `message`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountHealthy {
    /// How many passkeys the account has.
    pub credential_count: i64,
    /// How many sessions are neither revoked nor over.
    pub active_session_count: i64,
}

/// What a ghost reset's 409 `mid_enrollment` says besides `error` and `message`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StillEnrolling {
    /// The length of the grace window, in seconds.
    pub retry_after_seconds: u32,
    /// When the grace window of this account really ends.
    #[serde(with = "timestamp")]
    pub retry_at: DateTime<Utc>,
}

objects_only!(WalkthroughVerifyRequest, WalkthroughConsumeRequest);
