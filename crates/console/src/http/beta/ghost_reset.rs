//! `POST /console/beta/testers/{id}/ghost-reset` (section 8 of the contracts).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use ghost_contracts::console::{AccountHealthy, StillEnrolling};
use ghost_contracts::error::ErrorCode;
use ghost_contracts::timestamp;
use serde::{Deserialize, Serialize};
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use service_kit::http::request_id::RequestId;

use super::find_tester;
use crate::db::ghost_reset::WriteError;
use crate::domain::ghost_reset::{Done, GRACE, GhostReset, Refusal};
use crate::domain::tester::Tester;
use crate::http::access::GhostResetter;
use crate::http::respond::Reply;
use crate::views::flash::Flash;

/// Nothing may be asked for: there is no way to force a reset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
struct Answer {
    #[serde(with = "timestamp")]
    reset_at: DateTime<Utc>,
    new_token_id: i64,
    email_sent_to: Option<String>,
    actor_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_sent: Option<bool>,
}

/// Resets a ghost: audit, delete, revoke, mint, mail, audit.
///
/// # Errors
/// As section 8 of the contracts lists them.
pub async fn ghost_reset(
    GhostResetter(operator): GhostResetter,
    reply: Reply,
    path: web::Path<String>,
    OptionalBody(Request {}): OptionalBody<Request>,
    reset: web::Data<GhostReset>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let tester = find_tester(&reset.pool, &path).await?;
    match reset.run(tester.clone(), operator.actor(), request_id).await {
        Ok(done) => {
            let answer = Answer {
                reset_at: done.reset_at,
                new_token_id: done.token.0,
                email_sent_to: done.email_sent.then(|| tester.email.to_string()),
                actor_user_id: operator.actor().to_string(),
                email_sent: (!done.email_sent).then_some(false),
            };
            reply.done(StatusCode::OK, &answer, summary(&tester, done), "/console/beta").await
        }
        Err(refusal) => {
            let error = explain(refusal, reset.clock.now());
            if reply.wants_json() {
                return Err(error);
            }
            tracing::warn!(%error, tester = tester.id.0, "a ghost reset did not go through");
            let page = format!("/console/beta/testers/{}", tester.id);
            reply.redirect(Flash::error(error.message()), &page).await
        }
    }
}

fn summary(tester: &Tester, done: Done) -> String {
    let (name, email) = (&tester.name, &tester.email);
    if done.email_sent {
        format!(
            "{name} can start again: the stuck account is gone, earlier invitations are revoked, \
             and a fresh link is on its way to {email}."
        )
    } else {
        format!(
            "{name} can start again: the stuck account is gone and a fresh link is ready, but the \
             mail to {email} was not accepted yet. It is tried again by itself; the tester's page \
             shows how it goes."
        )
    }
}

/// Each refusal as the answer of the contracts, with what was changed and what to do next.
fn explain(refusal: Refusal, now: DateTime<Utc>) -> ApiError {
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
        Refusal::NotGhost { state, .. } => ApiError::new(
            ErrorCode::NotGhost,
            "The account changed while the reset began and is no ghost any more. Nothing was \
             deleted; look at the tester again.",
        )
        .with("state", state.as_str()),
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
