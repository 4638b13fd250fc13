//! `POST /console/sessions/revoke-others`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;

use super::Ended;
use crate::domain::session;
use crate::http::access::AnyOperator;
use crate::http::admins::Nothing;
use crate::http::respond::Reply;
use crate::views::paths;

/// Ends every session of whoever asks but the one that asks: `{"ended": n}`.
///
/// # Errors
/// 500 `audit_write_failed`, and all of them live on.
#[utoipa::path(
    post,
    path = "/console/sessions/revoke-others",
    operation_id = "revoke_other_sessions",
    tag = "sessions",
    summary = "Ends every session of whoever asks but the one that asks.",
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "How many ended.", body = Ended),
    ),
    extensions(("x-errors" = json!([ErrorCode::AuditWriteFailed]))),
)]
pub async fn revoke_others(
    operator: AnyOperator,
    reply: Reply,
    _: OptionalBody<Nothing>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let ended = session::end_others(&pool, &operator.0).await?;
    let message = match ended {
        0 => "There was no other session.".to_owned(),
        1 => "The other session has ended: that browser is signed out.".to_owned(),
        many => format!("{many} other sessions have ended: those browsers are signed out."),
    };
    reply.done(StatusCode::OK, &Ended { ended }, message, paths::SESSIONS).await
}
