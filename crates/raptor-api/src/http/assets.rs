//! `GET /assets/{name}`: what the pages load.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use service_kit::assets::{PASSKEY_JS, respond};
use service_kit::error::ApiError;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The file of that name.
///
/// # Errors
///
/// 404 `not_found`.
pub async fn handle(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let (content_type, content) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../../assets/style.css")),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        "api.js" => (JAVASCRIPT, include_str!("../../assets/api.js")),
        "front.js" => (JAVASCRIPT, include_str!("../../assets/front.js")),
        "passkey.js" => (JAVASCRIPT, PASSKEY_JS),
        "signin.js" => (JAVASCRIPT, include_str!("../../assets/signin.js")),
        "signup.js" => (JAVASCRIPT, include_str!("../../assets/signup.js")),
        _ => return Err(ApiError::not_found()),
    };
    Ok(respond(&request, content_type, content))
}
