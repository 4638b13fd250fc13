//! `POST /console/admins`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::EmailAddress;
use serde::Deserialize;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonOrForm;
use service_kit::settings::PublicUrl;

use super::{enroll_url, show_link};
use crate::domain::admin;
use crate::domain::permission::Role;
use crate::http::access::Superadmin;
use crate::http::respond::Reply;
use crate::views::paths;

/// Whom to invite, and as what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    email: String,
    role: String,
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
        let body = json!({"admin_id": invited.admin.id, "enroll_url": url});
        return Ok(reply.json(StatusCode::CREATED, &body));
    }
    show_link(&reply, StatusCode::CREATED, &invited, &url).await
}
