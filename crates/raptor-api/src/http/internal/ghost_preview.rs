//! `POST /api/internal/users/ghost-preview`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::{GHOST_PREVIEW_PATH, GhostPreview, GhostPreviewRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// What a deletion of one account would do, and the plan that ghost-delete can be told.
///
/// # Errors
///
/// The general ones.
#[utoipa::path(
    post,
    path = GHOST_PREVIEW_PATH,
    operation_id = "ghost_preview",
    tag = "accounts",
    request_body = GhostPreviewRequest,
    responses((status = 200, description = "What would go.", body = GhostPreview)),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostPreviewRequest>,
) -> Result<HttpResponse, ApiError> {
    let preview = ghost::preview(&state.accounts, &request.email).await?;
    Ok(HttpResponse::Ok().json(preview))
}
