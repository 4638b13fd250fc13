//! `GET /api/auth/sessions`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::session::SessionsAnswer;
use service_kit::error::ApiError;
use service_kit::session::cookie;
use service_kit::settings::PublicUrl;

use super::own;
use crate::domain::session::{self, COOKIE};
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// The live sessions of whoever is signed in, the last used first.
///
/// # Errors
///
/// 401 `unauthenticated`, and the general ones.
#[utoipa::path(
    get,
    path = "/api/auth/sessions",
    operation_id = "sessions",
    tag = "sessions",
    responses((
        status = 200,
        description = "The live sessions.",
        body = SessionsAnswer,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
    extensions(("x-errors" = json!([ErrorCode::Unauthenticated]))),
)]
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    id: SessionId,
) -> Result<HttpResponse, ApiError> {
    let (id, session) = own(&state, id).await?;
    let sessions = session::list(&state.accounts, session.answer.user_id, &id).await?;
    Ok(HttpResponse::Ok()
        .cookie(cookie(COOKIE, public.is_https(), id.expose(), session.life))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(SessionsAnswer { sessions }))
}
