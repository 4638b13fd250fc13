//! `POST /api/auth/sessions/{id}/revoke`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;
use service_kit::session::expired_cookie;
use service_kit::settings::PublicUrl;
use uuid::Uuid;

use super::own;
use crate::domain::session::{self, COOKIE};
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// Ends one session of whoever is signed in; the one that asks, too, whose browser then forgets
/// it. No body is read.
///
/// # Errors
///
/// 401 `unauthenticated`; 404 `not_found` for a session that is over or somebody else's; 500
/// `audit_write_failed`, and the session lives on; and the general ones.
#[utoipa::path(
    post,
    path = "/api/auth/sessions/{id}/revoke",
    operation_id = "revoke_session",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "The `session_id` of the list.")),
    responses(
        (status = 204, description = "The session has ended."),
        (status = 404, description = "`not_found`: The session is over, or somebody else's."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Unauthenticated, ErrorCode::NotFound, ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    id: SessionId,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, session) = own(&state, id).await?;
    let named = Uuid::try_parse(&path).map_err(|_| ApiError::not_found())?;
    let user_id = session.answer.user_id;
    let ended = session::end_named(&state.accounts, user_id, named, &id).await?;
    let is_own = ended.ok_or_else(ApiError::not_found)?;
    let mut answer = HttpResponse::NoContent();
    if is_own {
        answer.cookie(expired_cookie(COOKIE, public.is_https()));
    }
    Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).finish())
}
