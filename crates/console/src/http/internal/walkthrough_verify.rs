//! `POST /api/internal/beta/walkthrough-tokens/verify`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::console::{
    RefusalReason, WALKTHROUGH_VERIFY_PATH, WalkthroughVerification, WalkthroughVerifyRequest,
};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::db::walkthrough;
use crate::mail::Mailer;

/// What an invitation is worth. Nothing is spent by asking; that the link was looked at is noted.
///
/// # Errors
/// 503 where the database is away.
#[utoipa::path(
    post,
    path = WALKTHROUGH_VERIFY_PATH,
    operation_id = "verify_invitation",
    tag = "invitations",
    request_body = WalkthroughVerifyRequest,
    responses(
        (status = 200, description = "What the invitation is worth.", body = WalkthroughVerification),
    ),
)]
pub async fn verify(
    pool: Data<Pool>,
    mailer: Data<Mailer>,
    JsonBody(request): JsonBody<WalkthroughVerifyRequest>,
) -> Result<HttpResponse, ApiError> {
    let answer = match mailer.keys().verify(&request.token) {
        Some(id) => walkthrough::verify(&pool, id).await?,
        None => WalkthroughVerification::Refused(RefusalReason::Unknown),
    };
    Ok(HttpResponse::Ok().json(answer))
}
