//! Why a run cannot go on, which is no verdict on the services.

use std::fmt;

/// One sentence or more, to be printed as it is.
#[derive(Debug, Clone)]
pub struct Failure(String);

impl Failure {
    /// A failure in these words.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says what was tried when it failed.
pub(crate) trait Context<T> {
    /// `what` completes "could not …".
    fn could_not(self, what: &str) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn could_not(self, what: &str) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("could not {what}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn could_not(self, what: &str) -> Result<T, Failure> {
        self.ok_or_else(|| Failure(format!("could not {what}")))
    }
}
