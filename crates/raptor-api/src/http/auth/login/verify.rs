//! `POST /api/auth/login/verify`.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{LOGIN_VERIFY_PATH, LoginVerifyRequest, VerifyAnswer};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::http::user_agent;
use service_kit::session::cookie;
use service_kit::settings::PublicUrl;

use crate::domain::login::{self, Visitor};
use crate::domain::session::{COOKIE, IDLE_LIFE};
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// Verifies a sign-in and opens a session, with a new id; one that the browser had ends.
///
/// # Errors
///
/// 400 `ceremony_not_found`, 400 `passkey_verification_failed`, 500 `audit_write_failed`, and the
/// general ones.
#[utoipa::path(
    post,
    path = LOGIN_VERIFY_PATH,
    operation_id = "finish_sign_in",
    tag = "sign-in",
    request_body = LoginVerifyRequest,
    responses((
        status = 200,
        description = "The person is signed in.",
        body = VerifyAnswer,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
    extensions(("x-errors" = json!([ErrorCode::CeremonyNotFound, ErrorCode::PasskeyVerificationFailed, ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    http: HttpRequest,
    SessionId(old): SessionId,
    JsonBody(request): JsonBody<LoginVerifyRequest>,
) -> Result<HttpResponse, ApiError> {
    let ceremony = request.ceremony();
    let visitor = Visitor { old: old.as_ref(), agent: user_agent::of(&http) };
    let signed_in = login::verify(&state, ceremony, &request.credential, visitor).await?;
    let cookie = cookie(COOKIE, public.is_https(), signed_in.session.expose(), IDLE_LIFE);
    Ok(HttpResponse::Ok()
        .cookie(cookie)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(VerifyAnswer::ok(signed_in.user_id)))
}
