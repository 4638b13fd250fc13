//! Style, scripts and the icon, built into the binary.

use actix_web::{HttpRequest, HttpResponse, web};
use service_kit::assets::{PASSKEY_JS, respond};
use service_kit::error::ApiError;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// One stylesheet, from a file for each part of the pages.
const STYLE: &str = concat!(
    include_str!("../../assets/style/base.css"),
    include_str!("../../assets/style/frame.css"),
    include_str!("../../assets/style/controls.css"),
    include_str!("../../assets/style/forms.css"),
    include_str!("../../assets/style/components.css"),
    include_str!("../../assets/style/dialogs.css"),
    include_str!("../../assets/style/tables.css"),
    include_str!("../../assets/style/overview.css"),
    include_str!("../../assets/style/testers.css"),
    include_str!("../../assets/style/tester.css"),
);

/// `GET /console/assets/{name}`: for anybody, and without a look at the session.
///
/// # Errors
/// 404 `not_found`.
pub async fn asset(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (kind, content) = match name.as_str() {
        "style.css" => (CSS, STYLE),
        "icon.svg" => (SVG, include_str!("../../assets/icon.svg")),
        "passkey.js" => (JS, PASSKEY_JS),
        "ceremony.js" => (JS, include_str!("../../assets/ceremony.js")),
        "failures.js" => (JS, include_str!("../../assets/failures.js")),
        "login.js" => (JS, include_str!("../../assets/login.js")),
        "reset.js" => (JS, include_str!("../../assets/reset.js")),
        "countdown.js" => (JS, include_str!("../../assets/countdown.js")),
        "enroll.js" => (JS, include_str!("../../assets/enroll.js")),
        _ => return Err(ApiError::not_found()),
    };
    Ok(respond(&request, kind, content))
}
