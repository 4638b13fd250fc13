//! `GET /console/enroll?token=…`: says whose link it is and offers the passkey. Nothing is spent
//! by looking.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, error};
use ghost_contracts::{Token, timestamp};
use serde::Deserialize;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::error::ApiError;

use crate::domain::ceremony::CeremonyFailure;
use crate::domain::enrolment;
use crate::http::respond::Reply;
use crate::views::enroll::{DeadLinkPage, EnrollPage};
use crate::views::layout::Section;

/// The link's one parameter.
#[derive(Deserialize)]
pub struct Link {
    token: Option<Token>,
}

/// The page, or `{"email", "role", "expires_at"}` for a program.
///
/// # Errors
/// 400 `invalid_enrolment_link` for a bad, used, replaced or expired link; the page says which.
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
        let ends = timestamp::to_text(&link.expires_at);
        let body = json!({"email": link.email, "role": link.role, "expires_at": ends});
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
