//! `POST /console/sessions/{id}/revoke`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use uuid::Uuid;

use super::Ended;
use crate::domain::operator::Operator;
use crate::domain::session::{self, SessionError};
use crate::http::access::AnyOperator;
use crate::http::admins::Nothing;
use crate::http::respond::Reply;
use crate::views::paths;

/// Ends one session of whoever asks: `{"ended": 1}`. Their own, too: they are signed out then.
///
/// # Errors
/// 404 `not_found` for a session that is over or somebody else's.
#[utoipa::path(
    post,
    path = "/console/sessions/{id}/revoke",
    operation_id = "revoke_session",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "The `session_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The session has ended.", body = Ended),
        (status = 404, description = "`not_found`: The session is over, or somebody else's."),
    ),
    extensions(("x-errors" = json!([ErrorCode::NotFound, ErrorCode::AuditWriteFailed]))),
)]
pub async fn revoke(
    operator: AnyOperator,
    reply: Reply,
    path: Path<String>,
    _: OptionalBody<Nothing>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    match end(&pool, &operator.0, &path).await {
        Ok(()) => {
            let message = "The session has ended: that browser is signed out.";
            reply.done(StatusCode::OK, &Ended { ended: 1 }, message, paths::SESSIONS).await
        }
        Err(error) => reply.refused(error.into(), paths::SESSIONS).await,
    }
}

async fn end(pool: &Pool, operator: &Operator, path: &str) -> Result<(), SessionError> {
    let named = Uuid::try_parse(path).map_err(|_| SessionError::NotFound)?;
    session::end_named(pool, operator, named).await
}
