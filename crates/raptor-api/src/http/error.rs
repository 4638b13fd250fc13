//! What each error looks like to a client (section 2 of the contracts).

use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::PlanChanged;
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
            Error::PlanChanged(changed) => plan_changed(&changed),
            Error::AuditWriteFailed(cause) => Self::audit_write_failed(cause),
            Error::Database(error) => error.into(),
            Error::Challenge(error) => error.into(),
            Error::AfterConsumption(error) => after_consumption((*error).into()),
            Error::ConsoleUnavailable(cause) => console_unavailable().because(cause),
            Error::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The invitation is spent, so the error's own sentence ("nothing was changed") is not true.
fn after_consumption(error: ApiError) -> ApiError {
    let message = "Your invitation was accepted, but we could not prepare the next step. Go back \
                   and press the button once more, or open the link again: within ten minutes you \
                   can go on from there.";
    let told = ApiError::new(error.code(), message).with_status(error.status());
    let told = told.because(error.cause().unwrap_or_default());
    match error.code() {
        ErrorCode::ServiceUnavailable => told.retry_after(5),
        _ => told,
    }
}

fn console_unavailable() -> ApiError {
    let message = "We cannot check your invitation right now. Please try again in a minute: \
                   pressing the button twice does no harm.";
    ApiError::new(ErrorCode::ServiceUnavailable, message).retry_after(30)
}

/// Names what changed in words, and brings the account as it is now.
fn plan_changed(details: &PlanChanged) -> ApiError {
    let message = if details.changed.len() == details.now.children.len() + 2 {
        "This plan has nothing in common with the account as it is now. Nothing was deleted. Look \
         at the account as it is, and decide anew."
            .to_owned()
    } else {
        let words: Vec<String> = details.changed.iter().map(|name| in_words(name)).collect();
        format!(
            "The account is not as it was in the plan. Changed: {}. Nothing was deleted. Look at \
             the account as it is now, and decide anew.",
            words.join(", ")
        )
    };
    ApiError::new(ErrorCode::PlanChanged, message).with_details(details)
}

fn in_words(changed: &str) -> String {
    match changed {
        "state" => "the state".to_owned(),
        "user_id" => "the user id".to_owned(),
        table => format!("the number of rows in {table}"),
    }
}
