//! What each error looks like to a client (section 2 of the contracts).

use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;

use crate::error::Error;

/// An error with its code's own sentence.
pub fn plain(code: ErrorCode) -> ApiError {
    ApiError::new(code, code.message())
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidSignupLink(reason) => plain(ErrorCode::InvalidSignupLink).because(reason),
            Error::AlreadyRegistered => plain(ErrorCode::AlreadyRegistered),
            Error::SignupSessionNotFound(reason) => {
                plain(ErrorCode::SignupSessionNotFound).because(reason)
            }
            Error::PasskeyVerificationFailed(reason) => {
                plain(ErrorCode::PasskeyVerificationFailed).because(reason)
            }
            Error::CredentialAlreadyRegistered => plain(ErrorCode::CredentialAlreadyRegistered),
            Error::CeremonyNotFound => plain(ErrorCode::CeremonyNotFound),
            Error::NotGhost(state) => plain(ErrorCode::NotGhost).with("state", state.as_str()),
            Error::AuditWriteFailed(cause) => Self::audit_write_failed(cause),
            Error::Database(error) => error.into(),
            Error::Challenge(error) => error.into(),
            Error::ConsoleUnavailable(cause) => console_unavailable().because(cause),
            Error::Internal(cause) => Self::internal(cause),
        }
    }
}

fn console_unavailable() -> ApiError {
    let message = "We cannot check your invitation right now. Please try again in a minute: \
                   pressing the button twice does no harm.";
    ApiError::new(ErrorCode::ServiceUnavailable, message).retry_after(30)
}
