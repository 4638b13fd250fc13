//! `POST /api/internal/users/ghost-check`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::{GHOST_CHECK_PATH, GhostCheck, GhostCheckRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// The state of one account.
///
/// # Errors
///
/// The general ones.
#[utoipa::path(
    post,
    path = GHOST_CHECK_PATH,
    operation_id = "ghost_check",
    tag = "accounts",
    request_body = GhostCheckRequest,
    responses((status = 200, description = "The state and its evidence.", body = GhostCheck)),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostCheckRequest>,
) -> Result<HttpResponse, ApiError> {
    let check = ghost::check(&state.accounts, &request.email).await?;
    Ok(HttpResponse::Ok().json(check))
}
