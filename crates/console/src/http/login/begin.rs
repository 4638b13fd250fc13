//! `POST /console/login/begin`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::signup::{LoginBeginAnswer, LoginBeginRequest};
use service_kit::challenge::ChallengeStore;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::passkey::Passkeys;

use crate::domain::sign_in;
use crate::http::respond::Reply;

/// `{"ceremony_id", "options"}`.
///
/// # Errors
/// 400 `invalid_request`.
#[utoipa::path(
    post,
    path = "/console/login/begin",
    operation_id = "begin_sign_in",
    tag = "sign-in",
    summary = "Begins a sign-in.",
    request_body = LoginBeginRequest,
    responses(
        (status = 200, description = "The ceremony and the options for the browser.", body = LoginBeginAnswer),
    ),
)]
pub async fn begin(
    reply: Reply,
    _: JsonBody<LoginBeginRequest>,
    passkeys: Data<Passkeys>,
    challenges: Data<ChallengeStore>,
) -> Result<HttpResponse, ApiError> {
    let (ceremony_id, options) = sign_in::begin(&passkeys, &challenges).await?;
    Ok(reply.json(StatusCode::OK, &LoginBeginAnswer { ceremony_id, options }))
}
