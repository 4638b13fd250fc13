//! `POST /api/auth/register/begin-with-token`.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{BeginAnswer, BeginRequest, REGISTER_BEGIN_PATH};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::http::user_agent;

use crate::ceremonies::Step;
use crate::domain::registration;
use crate::state::State;

/// Begins the registration of a passkey.
///
/// # Errors
///
/// Those of section 2's table.
#[utoipa::path(
    post,
    path = REGISTER_BEGIN_PATH,
    operation_id = "begin_signup",
    tag = "signup",
    request_body = BeginRequest,
    responses((status = 200, description = "The options for the browser.", body = BeginAnswer)),
    extensions(("x-errors" = json!([ErrorCode::InvalidSignupLink, ErrorCode::AlreadyRegistered]))),
)]
pub async fn handle(
    http: HttpRequest,
    state: Data<State>,
    JsonBody(request): JsonBody<BeginRequest>,
) -> Result<HttpResponse, ApiError> {
    let begun = registration::begin(&state, &request.token, user_agent::of(&http)).await;
    let begun = begun.map_err(ApiError::from);
    state.ceremonies.count(Step::Begin, &begun);
    let answer = BeginAnswer { options: begun? };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}
