//! `POST /console/beta/testers/{id}/link`: showing an invitation's link to a superadmin.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use secrecy::ExposeSecret;
use serde::Serialize;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use service_kit::http::headers;
use utoipa::ToSchema;

use super::{Nothing, tester_id};
use crate::db::invitation::InvitationError;
use crate::domain::invitation::Invitations;
use crate::http::access::LinkRevealer;
use crate::http::respond::Reply;
use crate::views::beta::link::LinkPage;
use crate::views::layout::Section;
use crate::views::paths;

/// An invitation's link.
#[derive(Serialize, ToSchema)]
#[schema(as = RevealedLink)]
struct Answer<'a> {
    /// Whoever opens it can use it.
    url: &'a str,
}

/// The link of an invitation whose mail was not accepted: `{"url"}`, or a page that shows it once.
/// It never goes through a session's message, which would put it into a row.
///
/// # Errors
/// 404 `tester_not_found`; 409 `mail_accepted`.
#[utoipa::path(
    post,
    path = "/console/beta/testers/{id}/link",
    operation_id = "reveal_link",
    tag = "testers",
    description = "For superadmins alone.",
    summary = "The link of an invitation whose mail was not accepted.",
    params(("id" = i64, Path, minimum = 0, example = 1, description = "The `tester_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The link.", body = Answer<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::TesterNotFound, ErrorCode::MailAccepted, ErrorCode::AuditWriteFailed]))),
)]
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
        reply.json(StatusCode::OK, &Answer { url })
    } else {
        let layout = reply.layout(Section::Testers)?;
        reply.page(StatusCode::OK, &LinkPage { layout, tester: &tester, url }).await?
    };
    headers::guard_token_page(answer.headers_mut());
    Ok(answer)
}
