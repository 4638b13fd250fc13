//! The refusals of a ghost reset, as the answers of section 8 of the contracts.

use chrono::{DateTime, Utc};
use ghost_contracts::console::{AccountHealthy, StillEnrolling};
use ghost_contracts::error::ErrorCode;
use service_kit::error::ApiError;

use crate::db::ghost_reset::WriteError;
use crate::domain::ghost_reset::{GRACE, Refusal};
use crate::views::beta::child_rows;

/// Where the answer to the first request for a deletion never came.
const LOST: &str = "Raptor's first answer was lost, so it is not known whether that deleted the \
                    account; the invitation is as it was. Look again, and run the reset again: \
                    that is safe and finishes it.";

/// Each refusal as the answer of the contracts, with what was changed and what to do next.
pub(super) fn explain(refusal: Refusal, now: DateTime<Utc>) -> ApiError {
    let cause = refusal.to_string();
    match refusal {
        Refusal::RaptorUnavailable(error) => error.into(),
        Refusal::Healthy(account) => {
            let counts = AccountHealthy {
                credential_count: account.credential_count,
                active_session_count: account.active_session_count,
            };
            ApiError::new(
                ErrorCode::AccountHealthy,
                "This account works: it has a passkey or a live session. Nothing was changed.",
            )
            .with_details(&counts)
        }
        Refusal::MidEnrollment { retry_at } => {
            let wait = (retry_at - now).num_seconds().clamp(0, 300).unsigned_abs() + 1;
            let grace = u32::try_from(GRACE.num_seconds()).unwrap_or_default();
            ApiError::new(
                ErrorCode::MidEnrollment,
                format!(
                    "This person began to sign up less than 5 minutes ago and may still be at \
                     it. Nothing was changed; try again in {wait} s."
                ),
            )
            .with_details(&StillEnrolling { retry_after_seconds: grace, retry_at })
            .retry_after(wait)
        }
        Refusal::NotGhost { state, certain } => {
            let nothing =
                if certain { "Nothing was deleted; look at the tester again." } else { LOST };
            let message = format!(
                "The account changed while the reset began and is no ghost any more. {nothing}"
            );
            ApiError::new(ErrorCode::NotGhost, message).with("state", state.as_str())
        }
        Refusal::PlanChanged { change, certain } => {
            let changed = child_rows::changed(&change);
            let nothing = if certain {
                "Nothing was deleted. Look at what a reset would do now, and confirm that."
            } else {
                LOST
            };
            let message = format!("The account is not as it was shown: {changed}. {nothing}");
            ApiError::new(ErrorCode::PlanChanged, message).with_details(&change)
        }
        Refusal::NotDeleted(_) => ApiError::new(
            ErrorCode::RaptorDeleteFailed,
            "Raptor did not delete the account, so nothing was changed. Run the reset again.",
        )
        .because(cause),
        Refusal::Unknown(_) => ApiError::new(
            ErrorCode::RaptorDeleteFailed,
            "Raptor did not say whether it deleted the account; the invitation is as it was. Run \
             the reset again: that is safe and finishes it.",
        )
        .because(cause),
        Refusal::NotBegun(WriteError::Audit(error)) => error.into(),
        Refusal::NotBegun(WriteError::Database(error)) | Refusal::Database(error) => error.into(),
        Refusal::Unfinished(error) => {
            let code = match error {
                WriteError::Audit(_) => ErrorCode::AuditWriteFailed,
                WriteError::Database(_) => ErrorCode::Internal,
            };
            ApiError::new(
                code,
                "The reset was begun and could not be finished. Run it again: that is safe and \
                 finishes it.",
            )
            .because(cause)
        }
        Refusal::Interrupted(_) => ApiError::internal(cause),
    }
}
