//! `POST /console/admins`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::EmailAddress;
use ghost_contracts::ErrorCode;
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonOrForm;
use service_kit::settings::PublicUrl;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{enroll_url, show_link};
use crate::domain::admin;
use crate::domain::permission::Role;
use crate::http::access::Superadmin;
use crate::http::respond::Reply;
use crate::views::paths;

/// Whom to invite, and as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminInvitation)]
pub struct Invitation {
    #[schema(value_type = EmailAddress)]
    email: String,
    #[schema(value_type = Role)]
    role: String,
}

/// The operator is invited.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedAdmin)]
struct Answer<'a> {
    /// Names the operator here.
    admin_id: Uuid,
    /// Where they create their passkey: once, within 24 hours.
    enroll_url: &'a str,
}

impl Invitation {
    fn parse(&self) -> Result<(EmailAddress, Role), ApiError> {
        let wrong = |reason: &dyn std::fmt::Display| ApiError::invalid_request(reason.to_string());
        let email = EmailAddress::parse(&self.email).map_err(|error| wrong(&error))?;
        Ok((email, self.role.parse().map_err(|error| wrong(&error))?))
    }
}

/// 201 `{"admin_id", "enroll_url"}`; as a page, the link, once.
///
/// # Errors
/// 409 `admin_exists` for one who has enrolled; 400 `invalid_request`.
#[utoipa::path(
    post,
    path = "/console/admins",
    operation_id = "invite_operator",
    tag = "operators",
    description = "For superadmins alone.",
    summary = "Invites an operator; whoever has not enrolled yet gets a new link.",
    request_body(content(
        (Invitation = "application/json"),
        (Invitation = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 201, description = "The operator is invited.", body = Answer<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::AdminExists, ErrorCode::AuditWriteFailed]))),
)]
pub async fn invite(
    operator: Superadmin,
    reply: Reply,
    body: JsonOrForm<Invitation>,
    pool: Data<Pool>,
    public: Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    let (email, role) = match body.0.parse() {
        Ok(parsed) => parsed,
        Err(error) => return reply.refused(error, paths::ADMINS).await,
    };
    let invited = match admin::invite(&pool, &operator.0.actor(), &email, role).await {
        Ok(invited) => invited,
        Err(error) => return reply.refused(error.into(), paths::ADMINS).await,
    };
    let url = enroll_url(&public, &invited.token);
    if reply.wants_json() {
        let body = Answer { admin_id: invited.admin.id, enroll_url: &url };
        return Ok(reply.json(StatusCode::CREATED, &body));
    }
    show_link(&reply, StatusCode::CREATED, &invited, &url).await
}
