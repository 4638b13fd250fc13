//! `POST /console/beta/testers/{id}/link`: showing an invitation's link to a superadmin.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use secrecy::ExposeSecret;
use serde_json::json;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use service_kit::http::headers;

use super::{Nothing, tester_id};
use crate::db::invitation::InvitationError;
use crate::domain::invitation::Invitations;
use crate::http::access::LinkRevealer;
use crate::http::respond::Reply;
use crate::views::beta::link::LinkPage;
use crate::views::layout::Section;
use crate::views::paths;

/// The link of an invitation whose mail was not accepted: `{"url"}`, or a page that shows it once.
/// It never goes through a session's message, which would put it into a row.
///
/// # Errors
/// 404 `tester_not_found`; 409 `mail_accepted`.
pub async fn reveal(
    LinkRevealer(operator): LinkRevealer,
    reply: Reply,
    path: Path<String>,
    OptionalBody(Nothing {}): OptionalBody<Nothing>,
    invitations: Data<Invitations>,
) -> Result<HttpResponse, ApiError> {
    let id = tester_id(&path)?;
    let (tester, link) = match invitations.reveal(&operator.actor(), id).await {
        Ok(revealed) => revealed,
        Err(error @ InvitationError::TesterNotFound) => return Err(error.into()),
        Err(error) => return reply.refused(error.into(), &paths::tester(id)).await,
    };
    let url = link.expose_secret();
    let mut answer = if reply.wants_json() {
        reply.json(StatusCode::OK, &json!({"url": url}))
    } else {
        let layout = reply.layout(Section::Testers)?;
        reply.page(StatusCode::OK, &LinkPage { layout, tester: &tester, url }).await?
    };
    headers::guard_token_page(answer.headers_mut());
    Ok(answer)
}
