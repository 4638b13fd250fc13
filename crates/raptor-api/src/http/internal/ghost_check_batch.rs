//! `POST /api/internal/users/ghost-check-batch`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::{GhostCheckBatch, GhostCheckBatchRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// The states of 1 to 500 accounts, in the order asked.
///
/// # Errors
///
/// The general ones.
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostCheckBatchRequest>,
) -> Result<HttpResponse, ApiError> {
    let results = ghost::check_batch(&state.accounts, request.emails()).await?;
    Ok(HttpResponse::Ok().json(GhostCheckBatch { results }))
}
