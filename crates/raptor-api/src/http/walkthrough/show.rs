//! `GET /walkthrough?token=…`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use ghost_contracts::console::WalkthroughVerification;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;
use service_kit::settings::PublicUrl;
use uuid::Uuid;

use super::{attempt, refusal};
use crate::domain::walkthrough;
use crate::http::token_page::QueryToken;
use crate::state::State;
use crate::views::walkthrough::Walkthrough;

/// The walkthrough and the NDA. Opening it consumes nothing: mail scanners follow links.
///
/// # Errors
///
/// 410 `token_not_usable` with the `reason` for a dead invitation, 404 for one we do not know;
/// 503 while the Console is away.
pub async fn handle(
    state: Data<State>,
    public: Data<PublicUrl>,
    request_id: RequestId,
    QueryToken(token): QueryToken,
) -> Result<HttpResponse, ApiError> {
    let usable = match walkthrough::verify(&state, &token, &request_id).await? {
        WalkthroughVerification::Usable(usable) => usable,
        WalkthroughVerification::Refused(reason) => return Err(refusal::not_usable(reason)),
    };
    let page = Walkthrough::new(&usable, token.reveal(), None);
    let page = page.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok()
        .cookie(attempt::cookie(Uuid::new_v4(), &public))
        .content_type("text/html; charset=utf-8")
        .body(page))
}
