//! A person's name (section 2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters (Unicode scalar values) a name may have.
pub const MAX_CHARACTERS: usize = 200;

/// What a tester is called: 1 to [`MAX_CHARACTERS`] characters, no white space around them
/// and no control character among them.
///
/// It may hold markup, quotes or marks that turn the direction of writing; whoever prints it
/// escapes it for the place where it goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    min_length = 1,
    max_length = 200,
    pattern = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$",
    examples("Ada Lovelace")
)]
pub struct PersonName(String);

/// Why a text is no name. Each message is fit for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing but white space.
    #[error("Enter a name.")]
    Empty,
    /// More than [`MAX_CHARACTERS`] after trimming.
    #[error("A name has at most 200 characters.")]
    TooLong,
    /// A line break, a tab or another control character.
    #[error("A name cannot hold line breaks or control characters.")]
    ControlCharacter,
}

impl PersonName {
    /// Trims a text and checks it.
    ///
    /// # Errors
    ///
    /// The first of the [reasons](PersonNameError) that applies.
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(PersonNameError::Empty);
        }
        if trimmed.chars().count() > MAX_CHARACTERS {
            return Err(PersonNameError::TooLong);
        }
        if trimmed.chars().any(char::is_control) {
            return Err(PersonNameError::ControlCharacter);
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The name, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = PersonNameError;

    fn from_str(text: &str) -> Result<Self, PersonNameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;

    fn try_from(text: String) -> Result<Self, PersonNameError> {
        Self::parse(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl AsRef<str> for PersonName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
