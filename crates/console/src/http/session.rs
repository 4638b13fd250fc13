//! `GET /console/session`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use service_kit::error::ApiError;

use super::access::AnyOperator;
use super::ceremony::Who;
use super::respond::Reply;

/// `{"admin_id", "email", "role"}`.
///
/// # Errors
/// None.
#[utoipa::path(
    get,
    path = "/console/session",
    operation_id = "session",
    tag = "sessions",
    summary = "Says who is signed in.",
    responses(
        (status = 200, description = "Who is signed in.", body = Who<'_>),
    ),
)]
pub async fn session(operator: AnyOperator, reply: Reply) -> Result<HttpResponse, ApiError> {
    Ok(reply.json(StatusCode::OK, &Who::from(&operator.0)))
}
