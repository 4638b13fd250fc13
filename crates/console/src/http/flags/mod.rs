//! `/console/flags`.

pub mod list;
pub mod set;

use ghost_contracts::error::ErrorCode;
use service_kit::error::ApiError;

use crate::domain::flag::FlagError;

impl From<FlagError> for ApiError {
    fn from(error: FlagError) -> Self {
        match error {
            FlagError::Unknown => Self::new(ErrorCode::NotFound, error.to_string()),
            FlagError::Overridden(_) => Self::new(ErrorCode::FlagOverridden, error.to_string()),
            FlagError::Audit(error) => error.into(),
            FlagError::Database(error) => error.into(),
        }
    }
}
