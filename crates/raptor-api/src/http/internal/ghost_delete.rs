//! `POST /api/internal/users/ghost-delete`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::GhostDeleteRequest;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// Deletes a ghost's account.
///
/// # Errors
///
/// 409 `not_ghost` with the state, 500 `audit_write_failed`, and the general ones.
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostDeleteRequest>,
) -> Result<HttpResponse, ApiError> {
    ghost::delete(&state.accounts, &request.email, &request.actor_admin_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
