//! `POST /api/auth/logout`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::LOGOUT_PATH;
use service_kit::error::ApiError;
use service_kit::session::expired_cookie;
use service_kit::settings::PublicUrl;

use crate::domain::session::{self, COOKIE};
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// Ends the session, where there is one, and makes the browser forget it. No body is read.
///
/// # Errors
///
/// 500 `audit_write_failed`, and the session lives on; and the general ones.
#[utoipa::path(
    post,
    path = LOGOUT_PATH,
    operation_id = "sign_out",
    tag = "sessions",
    responses((
        status = 204,
        description = "Nobody is signed in any more.",
        headers(("Set-Cookie" = String, description = "The cookie, to be forgotten.")),
    )),
    extensions(("x-errors" = json!([ErrorCode::AuditWriteFailed]))),
)]
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    SessionId(id): SessionId,
) -> Result<HttpResponse, ApiError> {
    if let Some(id) = id {
        session::end(&state.accounts, &id).await?;
    }
    Ok(HttpResponse::NoContent()
        .cookie(expired_cookie(COOKIE, public.is_https()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}
