//! Asking about many accounts at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::EmailAddress;
use crate::object::objects_only;

/// How many accounts one batch may ask about.
pub const MAX_BATCH: usize = 500;

/// Asks for the states of 1 to [`MAX_BATCH`] accounts. An e-mail may be named twice: it is
/// answered twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Unchecked", deny_unknown_fields)]
pub struct GhostCheckBatchRequest {
    /// Whose accounts, in the order in which they are answered.
    #[schema(min_items = 1, max_items = 500)]
    emails: Vec<EmailAddress>,
}

/// No e-mail at all, or more than [`MAX_BATCH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A batch asks about 1 to 500 e-mail addresses.")]
pub struct BatchSizeError;

impl GhostCheckBatchRequest {
    /// A batch in the order in which the answer shall come.
    ///
    /// # Errors
    ///
    /// [`BatchSizeError`] for none or too many.
    pub fn new(emails: Vec<EmailAddress>) -> Result<Self, BatchSizeError> {
        if (1..=MAX_BATCH).contains(&emails.len()) {
            Ok(Self { emails })
        } else {
            Err(BatchSizeError)
        }
    }

    /// Whose accounts, in the order asked.
    #[must_use]
    pub fn emails(&self) -> &[EmailAddress] {
        &self.emails
    }
}

/// The members before their number was looked at.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
struct Unchecked {
    emails: Vec<EmailAddress>,
}

objects_only!(Unchecked);

impl TryFrom<Unchecked> for GhostCheckBatchRequest {
    type Error = BatchSizeError;

    fn try_from(unchecked: Unchecked) -> Result<Self, BatchSizeError> {
        Self::new(unchecked.emails)
    }
}
