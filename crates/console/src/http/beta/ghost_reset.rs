//! `POST /console/beta/testers/{id}/ghost-reset` (section 8 of the contracts).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::Plan;
use ghost_contracts::timestamp;
use serde::{Deserialize, Serialize};
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use service_kit::http::request_id::RequestId;
use service_kit::text::isolated;
use utoipa::ToSchema;

use self::explain::explain;
use super::find_tester;
use crate::domain::ghost_reset::{Done, GhostReset};
use crate::domain::tester::Tester;
use crate::http::access::GhostResetter;
use crate::http::respond::Reply;
use crate::views::flash::Flash;
use crate::views::paths;

mod explain;

/// Nothing else may be asked for: there is no way to force a reset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GhostResetRequest)]
pub struct Request {
    /// What the preview showed, where Raptor gave one; handed on as it came.
    #[serde(default)]
    plan: Option<Plan>,
}

/// The reset is done.
#[derive(Serialize, ToSchema)]
#[schema(as = GhostReset)]
struct Answer {
    #[serde(with = "timestamp")]
    reset_at: DateTime<Utc>,
    new_token_id: i64,
    /// Null where the mail was not accepted.
    #[schema(required)]
    email_sent_to: Option<String>,
    /// Who did it.
    actor_user_id: String,
    /// `false` where the mail was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email_sent: Option<bool>,
}

/// Resets a ghost: audit, delete, revoke, mint, mail, audit.
///
/// # Errors
/// As section 8 of the contracts lists them.
#[utoipa::path(
    post,
    path = "/console/beta/testers/{id}/ghost-reset",
    operation_id = "ghost_reset",
    tag = "ghost reset",
    description = "For superadmins alone.",
    params(("id" = i64, Path, minimum = 0, example = 1, description = "The `tester_id` of the list.")),
    request_body(content(
        (Option<Request> = "application/json"),
        (Option<Request> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The tester can start again.", body = Answer),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::TesterNotFound, ErrorCode::NotFound, ErrorCode::AccountHealthy, ErrorCode::MidEnrollment, ErrorCode::NotGhost, ErrorCode::PlanChanged, ErrorCode::RaptorUnavailable, ErrorCode::RaptorDeleteFailed, ErrorCode::AuditWriteFailed]))),
)]
pub async fn ghost_reset(
    GhostResetter(operator): GhostResetter,
    reply: Reply,
    path: web::Path<String>,
    OptionalBody(Request { plan }): OptionalBody<Request>,
    reset: web::Data<GhostReset>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let tester = find_tester(&reset.pool, &path).await?;
    match reset.run(tester.clone(), operator.actor(), plan, request_id).await {
        Ok(done) => {
            let answer = Answer {
                reset_at: done.reset_at,
                new_token_id: done.token.0,
                email_sent_to: done.email_sent.then(|| tester.email.to_string()),
                actor_user_id: operator.actor().to_string(),
                email_sent: (!done.email_sent).then_some(false),
            };
            reply.done(StatusCode::OK, &answer, summary(&tester, done), paths::TESTERS).await
        }
        Err(refusal) => {
            let is_left_open = refusal.is_left_open();
            let error = explain(refusal, reset.clock.now());
            if reply.wants_json() {
                return Err(error);
            }
            tracing::warn!(%error, tester = tester.id.0, "a ghost reset did not go through");
            let told = if is_left_open { Flash::unfinished } else { Flash::error };
            reply.redirect(told(error.message()), &paths::tester(tester.id)).await
        }
    }
}

fn summary(tester: &Tester, done: Done) -> String {
    let (name, email) = (isolated(&tester.name), &tester.email);
    let deleted = if done.had_account { "the unfinished account is deleted, " } else { "" };
    let ready = format!("{name} can start again: {deleted}earlier links are revoked");
    if done.email_sent {
        format!("{ready}, and a new link is on its way to {email}.")
    } else {
        format!(
            "{ready}, and a new one is ready, but the mail to {email} was not accepted yet. It is \
             tried again by itself; the tester's page shows how it goes."
        )
    }
}
