//! `POST /console/beta/testers`: inviting somebody.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use ghost_contracts::{EmailAddress, PersonName};
use serde::Deserialize;
use service_kit::error::ApiError;
use service_kit::http::body::JsonOrForm;
use service_kit::text::isolated;
use utoipa::ToSchema;

use super::{SentBody, about_the_mail};
use crate::domain::invitation::Invitations;
use crate::domain::tester::SmokeEmailDomain;
use crate::http::access::MayInvite;
use crate::http::respond::Reply;
use crate::views::flash::{Flash, Typed};
use crate::views::paths;

/// How much of a field is given back, in characters: a little more than its form takes.
const LONGEST_TYPED: usize = 300;

/// Who is to be invited, as it was typed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TesterInvitation)]
pub struct Invitation {
    #[schema(value_type = EmailAddress)]
    email: String,
    #[schema(value_type = PersonName)]
    name: String,
}

/// Invites somebody: 201 with `{"tester_id", "token_id", "email_sent_to"}`.
///
/// # Errors
/// 400 `invalid_request` for what is no address or no name, and for a smoke account's address;
/// 409 `tester_exists`.
#[utoipa::path(
    post,
    path = "/console/beta/testers",
    operation_id = "invite_tester",
    tag = "testers",
    description = "For support and superadmins.",
    summary = "Invites somebody.",
    request_body(content(
        (Invitation = "application/json"),
        (Invitation = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 201, description = "The tester is invited.", body = SentBody<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::TesterExists, ErrorCode::AuditWriteFailed]))),
)]
pub async fn invite(
    MayInvite(operator): MayInvite,
    reply: Reply,
    JsonOrForm(typed): JsonOrForm<Invitation>,
    invitations: Data<Invitations>,
    smoke: Data<SmokeEmailDomain>,
) -> Result<HttpResponse, ApiError> {
    let (email, name) = match parse(&typed, &smoke) {
        Ok(parsed) => parsed,
        Err(error) => return refused(&reply, error, typed).await,
    };
    match invitations.invite(operator.actor(), email, name).await {
        Ok(sent) => {
            let body = SentBody::new(&sent).with_tester(sent.tester.id);
            let name = isolated(&sent.tester.name);
            let message = format!("{name} is invited. {}", about_the_mail(&sent));
            reply.done(StatusCode::CREATED, &body, message, paths::TESTERS).await
        }
        Err(error) => refused(&reply, error.into(), typed).await,
    }
}

/// The form comes back with what was typed; an address may be wrong by a letter.
async fn refused(
    reply: &Reply,
    error: ApiError,
    typed: Invitation,
) -> Result<HttpResponse, ApiError> {
    if reply.wants_json() || error.status().is_server_error() {
        return Err(error);
    }
    let cut = |text: String| text.chars().take(LONGEST_TYPED).collect();
    let typed = Typed { email: cut(typed.email), name: cut(typed.name) };
    reply.redirect(Flash::error(error.message()).with_typed(typed), paths::TESTERS).await
}

fn parse(
    typed: &Invitation,
    smoke: &SmokeEmailDomain,
) -> Result<(EmailAddress, PersonName), ApiError> {
    let invalid = |why: &dyn std::fmt::Display| {
        ApiError::invalid_request(format!("{why} Nobody was invited."))
    };
    let email = EmailAddress::parse(&typed.email).map_err(|error| invalid(&error))?;
    let name = PersonName::parse(&typed.name).map_err(|error| invalid(&error))?;
    if smoke.holds(&email) {
        let why = "This address belongs to the smoke test, which makes its own accounts.";
        return Err(invalid(&why));
    }
    Ok((email, name))
}
