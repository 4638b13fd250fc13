//! `POST /console/beta/testers/{id}/invite`: sending the invitation again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;

use super::{Nothing, SentBody, about_the_mail, tester_id};
use crate::db::invitation::InvitationError;
use crate::domain::invitation::Invitations;
use crate::http::access::MayInvite;
use crate::http::respond::Reply;
use crate::views::paths;

/// Sends the unspent invitation again, a new one where it ended: 200 with
/// `{"token_id", "email_sent_to"}`.
///
/// # Errors
/// 404 `tester_not_found`; 409 `walkthrough_consumed`.
#[utoipa::path(
    post,
    path = "/console/beta/testers/{id}/invite",
    operation_id = "send_invitation_again",
    tag = "testers",
    description = "For support and superadmins.",
    summary = "Sends the unspent invitation again, a new one where it ended.",
    params(("id" = i64, Path, minimum = 0, example = 1, description = "The `tester_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The invitation was sent again.", body = SentBody<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::TesterNotFound, ErrorCode::WalkthroughConsumed, ErrorCode::AuditWriteFailed]))),
)]
pub async fn resend(
    MayInvite(operator): MayInvite,
    reply: Reply,
    path: Path<String>,
    OptionalBody(Nothing {}): OptionalBody<Nothing>,
    invitations: Data<Invitations>,
) -> Result<HttpResponse, ApiError> {
    let id = tester_id(&path)?;
    match invitations.resend(operator.actor(), id).await {
        Ok(sent) => {
            let what =
                if sent.minted { "A new link was made." } else { "The invitation was sent again." };
            let message = format!("{what} {}", about_the_mail(&sent));
            reply.done(StatusCode::OK, &SentBody::new(&sent), message, &paths::tester(id)).await
        }
        Err(error @ InvitationError::TesterNotFound) => Err(error.into()),
        Err(error) => reply.refused(error.into(), &paths::tester(id)).await,
    }
}
