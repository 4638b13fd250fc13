//! `POST /api/internal/beta/walkthrough-tokens/consume`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::console::{
    RefusalReason, WALKTHROUGH_CONSUME_PATH, WalkthroughConsumeRequest, WalkthroughConsumed,
};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::db::walkthrough::{self, ConsumeError};
use crate::mail::Mailer;

/// Spends an invitation and records that the NDA was accepted.
///
/// # Errors
/// 409 `token_not_usable` and `nda_version_outdated`, 400 `nda_not_accepted`, 500
/// `audit_write_failed`; nothing was spent.
#[utoipa::path(
    post,
    path = WALKTHROUGH_CONSUME_PATH,
    operation_id = "consume_invitation",
    tag = "invitations",
    request_body = WalkthroughConsumeRequest,
    responses(
        (status = 200, description = "It is spent, now or by an earlier try of the same attempt.", body = WalkthroughConsumed),
    ),
    extensions(("x-errors" = json!([ErrorCode::NdaNotAccepted, ErrorCode::TokenNotUsable, ErrorCode::NdaVersionOutdated, ErrorCode::AuditWriteFailed]))),
)]
pub async fn consume(
    pool: Data<Pool>,
    mailer: Data<Mailer>,
    JsonBody(request): JsonBody<WalkthroughConsumeRequest>,
) -> Result<HttpResponse, ApiError> {
    let id = mailer
        .keys()
        .verify(&request.token)
        .ok_or(ConsumeError::NotUsable(RefusalReason::Unknown))?;
    let consumed = walkthrough::consume(&pool, id, &request).await?;
    Ok(HttpResponse::Ok().json(consumed))
}

impl From<ConsumeError> for ApiError {
    fn from(error: ConsumeError) -> Self {
        let refusal = |code: ErrorCode| Self::new(code, code.message());
        match error {
            ConsumeError::NotUsable(reason) => {
                refusal(ErrorCode::TokenNotUsable).with("reason", reason.as_str())
            }
            ConsumeError::NdaOutdated { current } => {
                refusal(ErrorCode::NdaVersionOutdated).with("nda_version", current)
            }
            ConsumeError::NdaNotAccepted => refusal(ErrorCode::NdaNotAccepted),
            ConsumeError::Audit(error) => error.into(),
            ConsumeError::Database(error) => error.into(),
        }
    }
}
