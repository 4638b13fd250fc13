//! `POST /api/auth/sessions/revoke-others`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;

use super::{own, unauthenticated};
use crate::domain::session;
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// Ends every session of whoever is signed in but the one that asks. No body is read.
///
/// # Errors
///
/// 401 `unauthenticated`; 500 `audit_write_failed`, and all of them live on; and the general ones.
#[utoipa::path(
    post,
    path = "/api/auth/sessions/revoke-others",
    operation_id = "revoke_other_sessions",
    tag = "sessions",
    responses((status = 204, description = "The other sessions have ended.")),
    extensions(("x-errors" = json!([ErrorCode::Unauthenticated, ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(state: Data<State>, id: SessionId) -> Result<HttpResponse, ApiError> {
    let (id, session) = own(&state, id).await?;
    if !session::end_others(&state.accounts, session.answer.user_id, &id).await? {
        return Err(unauthenticated());
    }
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}
