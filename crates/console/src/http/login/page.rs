//! `GET /console/login`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;
use service_kit::error::ApiError;

use crate::http::home::OVERVIEW_PATH;
use crate::http::respond::{Reply, see_other};
use crate::views::layout::Section;
use crate::views::login::LoginPage;

/// The page; whoever is signed in goes on to the Overview. For a program `{"signed_in"}`.
///
/// # Errors
/// Where the page cannot be drawn.
pub async fn page(reply: Reply) -> Result<HttpResponse, ApiError> {
    let signed_in = reply.gate().operator.is_some();
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &json!({"signed_in": signed_in})));
    }
    if signed_in {
        return see_other(OVERVIEW_PATH);
    }
    let layout = reply.layout(Section::Outside)?;
    reply.page(StatusCode::OK, &LoginPage { layout }).await
}
