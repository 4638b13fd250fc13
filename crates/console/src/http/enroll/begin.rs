//! `POST /console/enroll/begin`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{BeginAnswer, BeginRequest};
use service_kit::challenge::ChallengeStore;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use service_kit::passkey::Passkeys;

use crate::domain::enrolment;
use crate::http::respond::Reply;

/// `{"options"}` for the browser.
///
/// # Errors
/// 400 `invalid_enrolment_link`.
#[utoipa::path(
    post,
    path = "/console/enroll/begin",
    operation_id = "begin_enrolment",
    tag = "enrolment",
    summary = "Begins the enrolment of an operator's passkey.",
    request_body = BeginRequest,
    responses(
        (status = 200, description = "The options for the browser.", body = BeginAnswer),
    ),
    extensions(("x-errors" = json!([ErrorCode::InvalidEnrolmentLink]))),
)]
pub async fn begin(
    reply: Reply,
    body: JsonBody<BeginRequest>,
    pool: Data<Pool>,
    passkeys: Data<Passkeys>,
    challenges: Data<ChallengeStore>,
) -> Result<HttpResponse, ApiError> {
    let options = enrolment::begin(&pool, &passkeys, &challenges, &body.0.token).await?;
    Ok(reply.json(StatusCode::OK, &BeginAnswer { options }))
}
