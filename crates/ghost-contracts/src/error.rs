//! Error bodies (section 2) and every code that may stand in one (sections 2 to 8).

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use code::ErrorCode;

mod code;

/// Text that is none of our codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not an error code of ours.")]
pub struct UnknownErrorCode;

/// The body of every error answer: `{"error", "message", …}`.
///
/// `error` is text, for an answer may come from a newer service or from something between the
/// two; [`ErrorBody::code`] says whether it is one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The code, in snake case.
    pub error: String,
    /// One sentence for a person.
    pub message: String,
    /// What else the code brings, such as [`NotGhost`](crate::raptor::NotGhost).
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ErrorBody {
    /// A body with the code's own sentence and nothing else.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            error: code.as_str().to_owned(),
            message: code.message().to_owned(),
            extra: Map::new(),
        }
    }

    /// Adds the members of `details`, which must be written as an object. `error` and
    /// `message` cannot be replaced that way.
    ///
    /// # Errors
    ///
    /// What `serde_json` says of details that cannot be written, or are no object.
    pub fn with<T: Serialize>(mut self, details: &T) -> serde_json::Result<Self> {
        let members: Map<String, Value> = serde_json::from_value(serde_json::to_value(details)?)?;
        let taken = ["error", "message"];
        self.extra.extend(members.into_iter().filter(|(name, _)| !taken.contains(&name.as_str())));
        Ok(self)
    }

    /// The code, where it is one of ours.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.error.parse().ok()
    }

    /// What the code brings, where it is all there.
    #[must_use]
    pub fn details<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(Value::Object(self.extra.clone())).ok()
    }
}

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, UnknownErrorCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownErrorCode)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
