//! `POST /api/internal/users/ghost-preview`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::GhostPreviewRequest;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// What a deletion of one account would do, and the plan that ghost-delete can be told.
///
/// # Errors
///
/// The general ones.
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostPreviewRequest>,
) -> Result<HttpResponse, ApiError> {
    let preview = ghost::preview(&state.accounts, &request.email).await?;
    Ok(HttpResponse::Ok().json(preview))
}
