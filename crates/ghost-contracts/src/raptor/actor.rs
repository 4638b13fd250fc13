//! Who asks for a deletion.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters an actor's id may have.
const MAX_CHARACTERS: usize = 200;

/// The id of the operator on whose behalf the Console asks: any text of 1 to 200 characters.
///
/// Raptor writes it into its audit log and attaches no meaning to it. U+0000 is refused,
/// because a Postgres text cannot hold it and the audit row could never be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(min_length = 1, max_length = 200, pattern = r"^[^\u0000]*$")]
pub struct ActorAdminId(String);

/// Text that cannot be an actor's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An admin id has 1 to 200 characters, none of them U+0000.")]
pub struct ActorAdminIdError;

impl ActorAdminId {
    /// Takes the text as it is: nothing is trimmed.
    ///
    /// # Errors
    ///
    /// [`ActorAdminIdError`] for an empty text, one of more than 200 characters, or one with
    /// U+0000.
    pub fn parse(text: &str) -> Result<Self, ActorAdminIdError> {
        let length = text.chars().count();
        if (1..=MAX_CHARACTERS).contains(&length) && !text.contains('\0') {
            Ok(Self(text.to_owned()))
        } else {
            Err(ActorAdminIdError)
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ActorAdminId {
    type Error = ActorAdminIdError;

    fn try_from(text: String) -> Result<Self, ActorAdminIdError> {
        Self::parse(&text)
    }
}

impl From<ActorAdminId> for String {
    fn from(actor: ActorAdminId) -> Self {
        actor.0
    }
}

impl fmt::Display for ActorAdminId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
