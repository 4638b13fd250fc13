//! How a ceremony ended in the browser.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Token;
use crate::object::objects_only;

/// The longest a ceremony can have taken, in milliseconds: an hour.
pub const MAX_ELAPSED_MS: u32 = 3_600_000;

/// Says how a ceremony ended in the browser. No free text, nothing about the person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct RegisterReportRequest {
    /// The bootstrap token of the begin.
    pub token: Token,
    /// How it ended.
    pub error: ClientError,
    /// How long the prompt was open, in milliseconds; more than [`MAX_ELAPSED_MS`] counts as that.
    #[schema(value_type = i64, minimum = 0, maximum = 4_294_967_295i64)]
    pub elapsed_ms: u32,
}

/// The closed list of ends: the names of the `DOMException`s of WebAuthn Level 3, section 5.1.3,
/// and what else can happen on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
pub enum ClientError {
    /// Cancelled, refused or timed out: browsers do not say which.
    NotAllowedError,
    /// The authenticator holds a passkey of this account already.
    InvalidStateError,
    /// The page's origin may not use this relying party id, or the page is inside another app.
    SecurityError,
    /// No authenticator offers what is asked for.
    NotSupportedError,
    /// The prompt was closed by a new one, or by leaving the page.
    AbortError,
    /// No authenticator can check that it is the person.
    ConstraintError,
    /// The authenticator failed.
    UnknownError,
    /// The authenticator could not be read.
    NotReadableError,
    /// The options could not be read.
    EncodingError,
    /// The options could not be read.
    DataError,
    /// The options could not be read, or the browser's passkey calls are broken.
    TypeError,
    /// The prompt was open and nothing ever came back.
    NeverSettled,
    /// The browser has no passkeys.
    PasskeysUnavailable,
    /// The passkey was made, and the answer to verify-with-token never came.
    AnswerLost,
    /// Anything else.
    Other,
}

/// Text that is not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not one of the ends of a ceremony.")]
pub struct UnknownClientError;

impl ClientError {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::NotAllowedError,
        Self::InvalidStateError,
        Self::SecurityError,
        Self::NotSupportedError,
        Self::AbortError,
        Self::ConstraintError,
        Self::UnknownError,
        Self::NotReadableError,
        Self::EncodingError,
        Self::DataError,
        Self::TypeError,
        Self::NeverSettled,
        Self::PasskeysUnavailable,
        Self::AnswerLost,
        Self::Other,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowedError => "NotAllowedError",
            Self::InvalidStateError => "InvalidStateError",
            Self::SecurityError => "SecurityError",
            Self::NotSupportedError => "NotSupportedError",
            Self::AbortError => "AbortError",
            Self::ConstraintError => "ConstraintError",
            Self::UnknownError => "UnknownError",
            Self::NotReadableError => "NotReadableError",
            Self::EncodingError => "EncodingError",
            Self::DataError => "DataError",
            Self::TypeError => "TypeError",
            Self::NeverSettled => "NeverSettled",
            Self::PasskeysUnavailable => "PasskeysUnavailable",
            Self::AnswerLost => "AnswerLost",
            Self::Other => "Other",
        }
    }

    /// The one of that name; [`Self::Other`] where there is none.
    #[must_use]
    pub fn named(text: &str) -> Self {
        text.parse().unwrap_or(Self::Other)
    }
}

impl FromStr for ClientError {
    type Err = UnknownClientError;

    fn from_str(text: &str) -> Result<Self, UnknownClientError> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownClientError)
    }
}

/// From a text alone: serde's own reading also takes `{"Other": null}`.
impl TryFrom<String> for ClientError {
    type Error = UnknownClientError;

    fn try_from(text: String) -> Result<Self, UnknownClientError> {
        text.parse()
    }
}

objects_only!(RegisterReportRequest);
