//! `GET /walkthrough?token=…`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use ghost_contracts::Token;
use ghost_contracts::console::{RefusalReason, WalkthroughVerification};
use service_kit::error::ApiError;
use service_kit::http::accept::Wanted;
use service_kit::http::request_id::RequestId;
use service_kit::settings::PublicUrl;
use uuid::Uuid;

use super::{attempt, refusal};
use crate::domain::walkthrough;
use crate::http::token_page::QueryToken;
use crate::state::State;
use crate::views::walkthrough::{Interrupted, Walkthrough};

/// The walkthrough and the NDA. Opening it consumes nothing: mail scanners follow links.
///
/// A browser keeps the attempt that it has: a POST of it may be under way, and with another one
/// its repetition would be a stranger's.
///
/// # Errors
///
/// 410 `token_not_usable` with the `reason` for a dead invitation, 404 for one we do not know;
/// 503 while the Console is away.
pub async fn handle(
    request: HttpRequest,
    state: Data<State>,
    public: Data<PublicUrl>,
    request_id: RequestId,
    QueryToken(token): QueryToken,
) -> Result<HttpResponse, ApiError> {
    let usable = match walkthrough::verify(&state, &token, &request_id).await? {
        WalkthroughVerification::Usable(usable) => usable,
        WalkthroughVerification::Refused(reason) => return refuse(reason, &request, &token),
    };
    let attempt = attempt::known(&request).unwrap_or_else(Uuid::new_v4);
    let page = Walkthrough::new(&usable, token.reveal(), attempt, None);
    let page = page.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok()
        .cookie(attempt::cookie(attempt, &public))
        .content_type("text/html; charset=utf-8")
        .body(page))
}

/// A dead invitation. To the browser that may have spent it itself the page offers to repeat
/// the attempt.
fn refuse(
    reason: RefusalReason,
    request: &HttpRequest,
    token: &Token,
) -> Result<HttpResponse, ApiError> {
    let is_person = Wanted::from_headers(request.headers()) == Wanted::Html;
    let attempt = match attempt::known(request) {
        Some(attempt) if is_person && reason == RefusalReason::Consumed => attempt,
        _ => return Err(refusal::not_usable(reason)),
    };
    let page = Interrupted { token: token.reveal(), attempt };
    let page = page.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::build(StatusCode::GONE).content_type("text/html; charset=utf-8").body(page))
}
