//! `POST /api/internal/users/ghost-delete`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ghost_contracts::ErrorCode;
use ghost_contracts::audit_head::{AUDIT_HEAD, CONSOLE_AUDIT_HEAD};
use ghost_contracts::raptor::{GHOST_DELETE_PATH, GhostDeleteRequest};
use service_kit::audit::peer::Heads;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// Deletes a ghost's account; with a `plan` only as that says. The two services name each other
/// the newest seals of their audit logs.
///
/// # Errors
///
/// 409 `not_ghost` with the state, 409 `plan_changed` with what changed and how it is now, 500 `audit_write_failed`, and the general ones.
#[utoipa::path(
    post,
    path = GHOST_DELETE_PATH,
    operation_id = "ghost_delete",
    tag = "accounts",
    params(("Console-Audit-Head" = Option<String>, Header, description = "The newest seal of the Console's audit log. Anything else than a number, a colon and a hash is passed over.")),
    request_body = GhostDeleteRequest,
    responses((
        status = 204,
        description = "The account is gone, or there was none.",
        headers(("Audit-Head" = String, description = "The newest seal of Raptor's audit log, where there is one: its number, a colon and its hash.")),
    )),
    extensions(("x-errors" = json!([ErrorCode::NotGhost, ErrorCode::PlanChanged, ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(
    state: Data<State>,
    heads: Data<Heads>,
    asked: HttpRequest,
    JsonBody(request): JsonBody<GhostDeleteRequest>,
) -> Result<HttpResponse, ApiError> {
    let (email, actor) = (&request.email, &request.actor_admin_id);
    ghost::delete(&state.accounts, email, actor, request.plan.as_ref()).await?;
    // Committed: whatever becomes of the heads, the account is gone.
    let theirs = asked.headers().get(CONSOLE_AUDIT_HEAD).map(|head| head.as_bytes());
    let ours = heads.exchange(theirs).await;
    let mut answer = HttpResponse::NoContent();
    if let Some(head) = ours {
        answer.insert_header((AUDIT_HEAD, head.to_string()));
    }
    Ok(answer.finish())
}
