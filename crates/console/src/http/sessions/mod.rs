//! `/console/sessions`: an operator's own sessions, on whatever device.

pub mod list;
pub mod revoke;
pub mod revoke_others;

use ghost_contracts::error::ErrorCode;
use serde::Serialize;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use crate::domain::session::SessionError;

/// What became of the sessions.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// How many ended.
    ended: usize,
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotFound => Self::new(ErrorCode::NotFound, error.to_string()),
            SessionError::Audit(error) => error.into(),
            SessionError::Database(error) => error.into(),
        }
    }
}
