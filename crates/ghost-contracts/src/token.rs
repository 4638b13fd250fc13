//! A token on its way through: never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A bootstrap, walkthrough or enrolment token as text, of whatever shape it came in.
///
/// Whoever holds it can use it, so it has no `Display`, its `Debug` is redacted and its memory
/// is wiped when it is dropped (section 12, number 6). It does go over the wire: that is what
/// its `Serialize` is for.
#[derive(Clone, ToSchema)]
#[schema(
    value_type = String,
    description = "A bootstrap, walkthrough or enrolment token. Whoever holds it can use it."
)]
pub struct Token(SecretString);

impl Token {
    /// Takes any text: its shape is judged by whoever made the token.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text, for checking it or for building a link. It belongs into no log line.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.reveal())
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A parse error of serde quotes what it met ("invalid type: integer `7`"), but never a
        // string where a string is expected: the token stays out of the message.
        String::deserialize(deserializer).map(Self::new)
    }
}
