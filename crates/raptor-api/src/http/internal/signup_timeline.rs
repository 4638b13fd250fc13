//! `POST /api/internal/signup-timeline`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::raptor::{SIGNUP_TIMELINE_PATH, SignupTimeline, SignupTimelineRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::signup_attempt;
use crate::state::State;

/// How the newest passkey ceremonies of one address went, newest first, at most 20.
///
/// # Errors
///
/// The general ones.
#[utoipa::path(
    post,
    path = SIGNUP_TIMELINE_PATH,
    operation_id = "signup_timeline",
    tag = "accounts",
    request_body = SignupTimelineRequest,
    responses((status = 200, description = "The ceremonies.", body = SignupTimeline)),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<SignupTimelineRequest>,
) -> Result<HttpResponse, ApiError> {
    let timeline = signup_attempt::timeline(&state.accounts, &request.email).await?;
    Ok(HttpResponse::Ok().json(timeline))
}
