//! `POST /api/auth/register/report`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{REGISTER_REPORT_PATH, RegisterReportRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::http::user_agent;

use crate::domain::signup_attempt;
use crate::state::State;

/// Notes how a ceremony ended in the browser. 204 whether there was one to note it of or not.
///
/// # Errors
///
/// 400 `invalid_signup_link` for a token that is not ours or ended more than an hour ago, and the
/// general ones of section 2's table.
#[utoipa::path(
    post,
    path = REGISTER_REPORT_PATH,
    operation_id = "report_signup",
    tag = "signup",
    request_body = RegisterReportRequest,
    responses((status = 204, description = "It is noted.")),
    extensions(("x-errors" = json!([ErrorCode::InvalidSignupLink]))),
)]
pub async fn handle(
    http: HttpRequest,
    state: Data<State>,
    JsonBody(request): JsonBody<RegisterReportRequest>,
) -> Result<HttpResponse, ApiError> {
    signup_attempt::report(&state, &request, user_agent::of(&http)).await?;
    state.ceremonies.report(request.error);
    Ok(HttpResponse::NoContent().finish())
}
