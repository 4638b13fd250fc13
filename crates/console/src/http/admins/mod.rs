//! `/console/admins`: the operators.

pub mod detail;
pub mod invite;
pub mod list;
pub mod reset_passkeys;
pub mod revoke;
pub mod role;
pub mod sign_out;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use ghost_contracts::error::ErrorCode;
use serde::{Deserialize, Serialize};
use service_kit::error::ApiError;
use service_kit::session::RandomToken;
use service_kit::settings::PublicUrl;
use utoipa::ToSchema;
use uuid::Uuid;

use super::respond::Reply;
use crate::domain::admin::{Admin, AdminError, Invited};
use crate::domain::permission::Role;
use crate::views::admins::link::LinkPage;
use crate::views::layout::Section;
use crate::views::paths;

/// Where a refusal is told: on the operator's page, where there is one.
fn page_of(path: &str, refusal: &AdminError) -> String {
    match (refusal, id(path)) {
        (AdminError::NotFound, _) | (_, Err(_)) => paths::ADMINS.to_owned(),
        (_, Ok(id)) => paths::admin(id),
    }
}

/// An operator, as in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Admin)]
pub struct AdminBody<'a> {
    /// Names the operator here.
    admin_id: Uuid,
    /// Their address.
    email: &'a str,
    /// What they may do.
    #[schema(value_type = Role)]
    role: &'static str,
    /// Whether they have a passkey.
    enrolled: bool,
    /// The new enrolment link, after their passkeys were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enroll_url: Option<&'a str>,
}

impl<'a> From<&'a Admin> for AdminBody<'a> {
    fn from(admin: &'a Admin) -> Self {
        Self {
            admin_id: admin.id,
            email: &admin.email,
            role: admin.role.as_str(),
            enrolled: admin.enrolled,
            enroll_url: None,
        }
    }
}

/// A body that says nothing: `{}`, an empty form, or none at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl From<AdminError> for ApiError {
    fn from(error: AdminError) -> Self {
        let code = match error {
            AdminError::NotFound => ErrorCode::NotFound,
            AdminError::Exists => ErrorCode::AdminExists,
            AdminError::LastSuperadmin => ErrorCode::LastSuperadmin,
            AdminError::Audit(error) => return error.into(),
            AdminError::Database(error) => return error.into(),
        };
        Self::new(code, error.to_string())
    }
}

/// An id from the path: what is no id names nobody.
fn id(text: &str) -> Result<Uuid, AdminError> {
    Uuid::try_parse(text).map_err(|_| AdminError::NotFound)
}

/// Where an invited operator creates their passkey.
#[must_use]
pub fn enroll_url(public: &PublicUrl, token: &RandomToken) -> String {
    format!("{}/console/enroll?token={}", public.origin(), token.expose())
}

/// Shows a link once, on a page that is not kept. It never goes through a session's message, which
/// would put it into a row.
async fn show_link(
    reply: &Reply,
    status: StatusCode,
    invited: &Invited,
    url: &str,
) -> Result<HttpResponse, ApiError> {
    let layout = reply.layout(Section::Operators)?;
    reply.page(status, &LinkPage { layout, admin: &invited.admin, url }).await
}
