//! `GET /console/login`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use super::next;
use crate::http::respond::{Reply, see_other};
use crate::views::layout::Section;
use crate::views::login::LoginPage;
use crate::views::paths;

/// Whether somebody is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
struct Answer {
    /// Whether.
    signed_in: bool,
}

/// The page; whoever is signed in goes on to the Overview. For a program `{"signed_in"}`.
///
/// # Errors
/// Where the page cannot be drawn.
#[utoipa::path(
    get,
    path = "/console/login",
    operation_id = "sign_in_page",
    tag = "sign-in",
    summary = "Says whether somebody is signed in.",
    responses(
        (status = 200, description = "Whether somebody is signed in.", body = Answer),
    ),
)]
pub async fn page(reply: Reply, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let signed_in = reply.gate().operator.is_some();
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &Answer { signed_in }));
    }
    if signed_in {
        return see_other(paths::OVERVIEW);
    }
    let next = next::recall(&request);
    let layout = reply.layout(Section::Outside)?;
    let mut answer =
        reply.page(StatusCode::OK, &LoginPage { layout, next: next.as_deref() }).await?;
    if next.is_some() {
        answer.add_cookie(&next::forgotten(&request)).map_err(ApiError::internal)?;
    }
    Ok(answer)
}
