//! What an operator saw before they confirmed.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters a plan may have.
const MAX_CHARACTERS: usize = 400;

/// A digest over an account's state, its user id and the number of its rows in each child
/// table, without any time: what a reset was agreed to on.
///
/// Only Raptor makes one and reads one; to the Console it is a text that is handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(min_length = 1, max_length = 400, pattern = "^[A-Za-z0-9_-]+$")]
pub struct Plan(String);

/// Text that cannot be a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A plan is what a preview gave out: 1 to 400 letters, digits, - and _.")]
pub struct PlanError;

impl Plan {
    /// Takes the text as it is.
    ///
    /// # Errors
    ///
    /// [`PlanError`] for a text that no preview can have given out by its form.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=MAX_CHARACTERS).contains(&text.len()) && text.bytes().all(sign) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PlanError)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Plan {
    type Error = PlanError;

    fn try_from(text: String) -> Result<Self, PlanError> {
        Self::parse(&text)
    }
}

impl From<Plan> for String {
    fn from(plan: Plan) -> Self {
        plan.0
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
