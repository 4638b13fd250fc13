//! `POST /console/login/finish`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::LoginVerifyRequest;
use service_kit::challenge::ChallengeStore;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::passkey::Passkeys;
use service_kit::settings::PublicUrl;

use crate::domain::sign_in;
use crate::http::ceremony::{self, Browser, Who};

/// `{"admin_id", "email", "role"}` and the cookie.
///
/// # Errors
/// 400 `ceremony_not_found`, `passkey_verification_failed`.
#[utoipa::path(
    post,
    path = "/console/login/finish",
    operation_id = "finish_sign_in",
    tag = "sign-in",
    summary = "Verifies a sign-in and opens a session.",
    request_body = LoginVerifyRequest,
    responses(
        (
            status = 200,
            description = "The operator is signed in.",
            body = Who<'_>,
            headers(("Set-Cookie" = String, description = "The session's cookie.")),
        ),
    ),
    extensions(("x-errors" = json!([ErrorCode::CeremonyNotFound, ErrorCode::PasskeyVerificationFailed, ErrorCode::AuditWriteFailed]))),
)]
pub async fn finish(
    browser: Browser,
    body: JsonBody<LoginVerifyRequest>,
    pool: Data<Pool>,
    passkeys: Data<Passkeys>,
    challenges: Data<ChallengeStore>,
    public: Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    let (id, credential) = (body.0.ceremony(), &body.0.credential);
    let signed_in =
        sign_in::finish(&pool, &passkeys, &challenges, id, credential, browser.visitor()).await?;
    Ok(ceremony::signed_in(&signed_in, &public))
}
