//! `GET /api/auth/session`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{SESSION_PATH, SessionAnswer};
use service_kit::error::ApiError;
use service_kit::session::cookie;
use service_kit::settings::PublicUrl;

use crate::domain::session::{self, COOKIE};
use crate::http::error::plain;
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// Says who is signed in, and until when. Being asked counts as use: the session lives on, and
/// so does its cookie.
///
/// # Errors
///
/// 401 `unauthenticated`, and the general ones.
#[utoipa::path(
    get,
    path = SESSION_PATH,
    operation_id = "session",
    tag = "sessions",
    responses((
        status = 200,
        description = "Who is signed in.",
        body = SessionAnswer,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
    extensions(("x-errors" = json!([ErrorCode::Unauthenticated]))),
)]
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    SessionId(id): SessionId,
) -> Result<HttpResponse, ApiError> {
    let id = id.ok_or_else(|| plain(ErrorCode::Unauthenticated))?;
    let session = session::renew(&state.accounts, &id).await?;
    let session = session.ok_or_else(|| plain(ErrorCode::Unauthenticated))?;
    Ok(HttpResponse::Ok()
        .cookie(cookie(COOKIE, public.is_https(), id.expose(), session.life))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(session.answer))
}
