//! `GET /console/enroll?token=…`: says whose link it is and offers the passkey. Nothing is spent
//! by looking.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, error};
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use ghost_contracts::{Token, timestamp};
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use utoipa::{IntoParams, ToSchema};

use crate::domain::ceremony::CeremonyFailure;
use crate::domain::enrolment;
use crate::domain::permission::Role;
use crate::http::respond::Reply;
use crate::views::enroll::{DeadLinkPage, EnrollPage};
use crate::views::layout::Section;

/// The link's one parameter.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Link {
    /// The token of the link.
    #[param(value_type = Option<String>)]
    token: Option<Token>,
}

/// Whose link it is.
#[derive(Serialize, ToSchema)]
#[schema(as = EnrolmentLink)]
struct Answer<'a> {
    /// Their address.
    email: &'a str,
    /// What they will be.
    #[schema(value_type = Role)]
    role: &'a str,
    /// When the link ends.
    #[serde(with = "timestamp")]
    expires_at: DateTime<Utc>,
}

/// The page, or `{"email", "role", "expires_at"}` for a program.
///
/// # Errors
/// 400 `invalid_enrolment_link` for a bad, used, replaced or expired link; the page says which.
#[utoipa::path(
    get,
    path = "/console/enroll",
    operation_id = "enrolment_link",
    tag = "enrolment",
    summary = "Says whose enrolment link it is. Nothing is spent by looking.",
    params(Link),
    responses(
        (status = 200, description = "Whose link it is.", body = Answer<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::InvalidEnrolmentLink]))),
)]
pub async fn page(
    reply: Reply,
    link: Result<Query<Link>, error::Error>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let token = link.ok().and_then(|link| link.into_inner().token);
    let link = match &token {
        Some(token) => enrolment::open(&pool, token).await,
        None => Err(CeremonyFailure::InvalidLink),
    };
    let link = match link {
        Ok(link) => link,
        Err(CeremonyFailure::InvalidLink) if reply.wants_page() => {
            return dead(&reply, &pool, token.as_ref()).await;
        }
        Err(failure) => return Err(failure.into()),
    };
    if reply.wants_json() {
        let (email, role, expires_at) = (&*link.email, link.role.as_str(), link.expires_at);
        let body = Answer { email, role, expires_at };
        return Ok(reply.json(StatusCode::OK, &body));
    }
    let layout = reply.layout(Section::Outside)?;
    reply.page(StatusCode::OK, &EnrollPage { layout, link: &link }).await
}

/// The page of a link that does not work.
async fn dead(reply: &Reply, pool: &Pool, token: Option<&Token>) -> Result<HttpResponse, ApiError> {
    let why = enrolment::why_dead(pool, token).await?;
    let layout = reply.layout(Section::Outside)?;
    reply.page(StatusCode::BAD_REQUEST, &DeadLinkPage { layout, why }).await
}
