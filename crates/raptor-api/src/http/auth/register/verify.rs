//! `POST /api/auth/register/verify-with-token`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{REGISTER_VERIFY_PATH, VerifyAnswer, VerifyRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::ceremonies::Step;
use crate::domain::registration;
use crate::state::State;

/// Verifies a new passkey and stores it. Sets no cookie and makes no session: the page offers
/// to sign in with it.
///
/// # Errors
///
/// Those of section 2's table.
#[utoipa::path(
    post,
    path = REGISTER_VERIFY_PATH,
    operation_id = "finish_signup",
    tag = "signup",
    request_body = VerifyRequest,
    responses((status = 200, description = "The passkey is stored and the bootstrap token used.", body = VerifyAnswer)),
    extensions(("x-errors" = json!([ErrorCode::InvalidSignupLink, ErrorCode::AlreadyRegistered, ErrorCode::SignupSessionNotFound, ErrorCode::PasskeyVerificationFailed, ErrorCode::CredentialAlreadyRegistered, ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<VerifyRequest>,
) -> Result<HttpResponse, ApiError> {
    let verified = registration::verify(&state, &request.token, &request.credential).await;
    let verified = verified.map_err(ApiError::from);
    state.ceremonies.count(Step::Verify, &verified);
    let answer = VerifyAnswer::ok(verified?);
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}
