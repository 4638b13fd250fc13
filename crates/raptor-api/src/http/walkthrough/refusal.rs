//! What the page says where an invitation leads nowhere: what happened, whether anything was
//! changed, whom to ask.

use actix_web::http::StatusCode;
use ghost_contracts::ErrorCode;
use ghost_contracts::console::RefusalReason;
use service_kit::error::ApiError;

/// A dead invitation: 410, or 404 where there is no such invitation.
pub(super) fn not_usable(reason: RefusalReason) -> ApiError {
    let message = match reason {
        RefusalReason::Unknown => {
            "We know of no such invitation. Perhaps the link was cut off: open it once more from \
             the e-mail. If that does not help, ask the person who invited you."
        }
        RefusalReason::Expired => {
            "This invitation is expired: it was good for 14 days. Nothing was changed. Ask the \
             person who invited you for a new one."
        }
        RefusalReason::Revoked => {
            "This invitation was revoked: a newer one has taken its place. Use the link in our \
             newest e-mail, or ask the person who invited you for it."
        }
        RefusalReason::Consumed => {
            "This invitation was used. If you have created your passkey, go to the front page \
             and sign in. If you were interrupted before that, ask the person who invited you to \
             let you in again."
        }
    };
    let status = match reason {
        RefusalReason::Unknown => StatusCode::NOT_FOUND,
        _ => StatusCode::GONE,
    };
    ApiError::new(ErrorCode::TokenNotUsable, message)
        .with_status(status)
        .with("reason", reason.as_str())
}

/// Registration is off: 404, and nothing is spent.
pub(super) fn closed() -> ApiError {
    let message = "Signing up is closed at the moment. Your invitation was not used up and stays \
                   good: try again later, or ask the person who invited you.";
    ApiError::new(ErrorCode::NotFound, message)
}

/// The invitation was spent earlier, and the account is in use: 409.
pub(super) fn signed_up_already() -> ApiError {
    let message = "This invitation was used, and your account is there already. Sign in with your \
                   passkey.";
    ApiError::new(ErrorCode::AlreadyRegistered, message)
}

/// The account is in use: 409, and nothing is spent.
pub(super) fn account_in_use() -> ApiError {
    let message = "Your account is there already, with a passkey. Your invitation was not used \
                   up. Sign in with your passkey.";
    ApiError::new(ErrorCode::AlreadyRegistered, message)
}
