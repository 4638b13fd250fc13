//! `GET /`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use askama::Template;
use service_kit::error::ApiError;
use service_kit::session::cookie;
use service_kit::settings::PublicUrl;

use crate::domain::session::{self, COOKIE};
use crate::http::own_cookie::SessionId;
use crate::state::State;
use crate::views::front::Front;

/// Says who is signed in, or offers to sign in.
///
/// # Errors
///
/// The general ones.
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    SessionId(id): SessionId,
) -> Result<HttpResponse, ApiError> {
    let mut answer = HttpResponse::Ok();
    let mut signed_in = None;
    if let Some(id) = id
        && let Some(session) = session::renew(&state.accounts, &id).await?
    {
        answer.cookie(cookie(COOKIE, public.is_https(), id.expose(), session.life));
        signed_in = Some(session.answer.email.to_string());
    }
    let page = Front { signed_in }.render().map_err(ApiError::internal)?;
    Ok(answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(page))
}
