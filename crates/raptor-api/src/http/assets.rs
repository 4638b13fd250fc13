//! `GET /assets/{name}`: what the pages load.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use service_kit::assets::{PASSKEY_JS, respond};
use service_kit::error::ApiError;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The one stylesheet, in the order in which its parts build on each other.
const STYLE: &str = concat!(
    include_str!("../../assets/style/base.css"),
    include_str!("../../assets/style/frame.css"),
    include_str!("../../assets/style/text.css"),
    include_str!("../../assets/style/steps.css"),
    include_str!("../../assets/style/controls.css"),
    include_str!("../../assets/style/messages.css"),
);

/// The file of that name.
///
/// # Errors
///
/// 404 `not_found`.
pub async fn handle(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let (content_type, content) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        "api.js" => (JAVASCRIPT, include_str!("../../assets/api.js")),
        "ceremony.js" => (JAVASCRIPT, include_str!("../../assets/ceremony.js")),
        "failures.js" => (JAVASCRIPT, include_str!("../../assets/failures.js")),
        "front.js" => (JAVASCRIPT, include_str!("../../assets/front.js")),
        "message.js" => (JAVASCRIPT, include_str!("../../assets/message.js")),
        "passkey.js" => (JAVASCRIPT, PASSKEY_JS),
        "report.js" => (JAVASCRIPT, include_str!("../../assets/report.js")),
        "signin.js" => (JAVASCRIPT, include_str!("../../assets/signin.js")),
        "signup.js" => (JAVASCRIPT, include_str!("../../assets/signup.js")),
        _ => return Err(ApiError::not_found()),
    };
    Ok(respond(&request, content_type, content))
}
