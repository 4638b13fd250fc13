//! `POST /console/enroll/finish`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::VerifyRequest;
use service_kit::challenge::ChallengeStore;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::passkey::Passkeys;
use service_kit::settings::PublicUrl;

use crate::domain::enrolment;
use crate::http::ceremony::{self, Browser, Who};

/// `{"admin_id", "email", "role"}` and the cookie.
///
/// # Errors
/// 400 `invalid_enrolment_link`, `signup_session_not_found`, `passkey_verification_failed`; 409
/// `credential_already_registered`. The link then still works.
#[utoipa::path(
    post,
    path = "/console/enroll/finish",
    operation_id = "finish_enrolment",
    tag = "enrolment",
    summary = "Stores the passkey and signs the operator in.",
    request_body = VerifyRequest,
    responses(
        (
            status = 200,
            description = "The passkey is stored, the link spent, the operator signed in.",
            body = Who<'_>,
            headers(("Set-Cookie" = String, description = "The session's cookie.")),
        ),
    ),
    extensions(("x-errors" = json!([ErrorCode::InvalidEnrolmentLink, ErrorCode::SignupSessionNotFound, ErrorCode::PasskeyVerificationFailed, ErrorCode::CredentialAlreadyRegistered, ErrorCode::AuditWriteFailed]))),
)]
pub async fn finish(
    browser: Browser,
    body: JsonBody<VerifyRequest>,
    pool: Data<Pool>,
    passkeys: Data<Passkeys>,
    challenges: Data<ChallengeStore>,
    public: Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    let VerifyRequest { token, credential } = body.0;
    let signed_in =
        enrolment::finish(&pool, &passkeys, &challenges, &token, &credential, browser.visitor())
            .await?;
    Ok(ceremony::signed_in(&signed_in, &public))
}
