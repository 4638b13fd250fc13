//! `POST /api/internal/users/ghost-delete`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::GhostDeleteRequest;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// Deletes a ghost's account; with a `plan` only as that says.
///
/// # Errors
///
/// 409 `not_ghost` with the state, 409 `plan_changed` with what changed and how it is now, 500 `audit_write_failed`, and the general ones.
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostDeleteRequest>,
) -> Result<HttpResponse, ApiError> {
    let (email, actor) = (&request.email, &request.actor_admin_id);
    ghost::delete(&state.accounts, email, actor, request.plan.as_ref()).await?;
    Ok(HttpResponse::NoContent().finish())
}
