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
    let page = Walkthrough::new(&usable, token.reveal(), None);
    let page = page.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok()
        .cookie(attempt::cookie(Uuid::new_v4(), &public))
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
    if reason != RefusalReason::Consumed || !is_person || attempt::known(request).is_none() {
        return Err(refusal::not_usable(reason));
    }
    let page = Interrupted { token: token.reveal() }.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::build(StatusCode::GONE).content_type("text/html; charset=utf-8").body(page))
}
