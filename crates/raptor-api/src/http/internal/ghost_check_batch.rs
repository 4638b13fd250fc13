//! `POST /api/internal/users/ghost-check-batch`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::{GHOST_CHECK_BATCH_PATH, GhostCheckBatch, GhostCheckBatchRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::ghost;
use crate::state::State;

/// The states of 1 to 500 accounts, in the order asked.
///
/// # Errors
///
/// The general ones.
#[utoipa::path(
    post,
    path = GHOST_CHECK_BATCH_PATH,
    operation_id = "ghost_check_batch",
    tag = "accounts",
    request_body = GhostCheckBatchRequest,
    responses((status = 200, description = "The states in the order asked.", body = GhostCheckBatch)),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<GhostCheckBatchRequest>,
) -> Result<HttpResponse, ApiError> {
    let results = ghost::check_batch(&state.accounts, request.emails()).await?;
    Ok(HttpResponse::Ok().json(GhostCheckBatch { results }))
}
