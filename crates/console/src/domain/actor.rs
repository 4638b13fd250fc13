//! Who acts, as the audit log names them.

use std::fmt;

use uuid::Uuid;

/// An operator's id, `raptor-api` or `cli`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// An operator.
    #[must_use]
    pub fn operator(id: Uuid) -> Self {
        Self(id.to_string())
    }

    /// Raptor, through the internal API.
    #[must_use]
    pub fn raptor() -> Self {
        Self("raptor-api".to_owned())
    }

    /// Somebody with a shell.
    #[must_use]
    pub fn cli() -> Self {
        Self("cli".to_owned())
    }

    /// The text of the audit log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
