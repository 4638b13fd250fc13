//! `GET /console/api-docs/assets/{name}`: what the page of the documentation loads.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use service_kit::assets::{respond, respond_compressed};
use service_kit::error::ApiError;

use crate::http::access::AnyOperator;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The files are for whoever is signed in, so no cache between may keep them.
const FRESH: HeaderValue = HeaderValue::from_static("private, max-age=300");

/// A file of ours, or of Swagger UI, which the binary holds compressed.
macro_rules! swagger_ui {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"))
    };
}

/// The file of that name.
///
/// # Errors
/// 404 `not_found`.
pub async fn asset(
    _: AnyOperator,
    request: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (style, script) = (
        include_str!("../../../assets/api-docs/api-docs.css"),
        include_str!("../../../assets/api-docs/api-docs.js"),
    );
    let mut answer = match name.as_str() {
        "api-docs.css" => respond(&request, CSS, style),
        "api-docs.js" => respond(&request, JS, script),
        "swagger-ui.css" => respond_compressed(&request, CSS, swagger_ui!("swagger-ui.css"))?,
        "swagger-ui-bundle.js" => {
            respond_compressed(&request, JS, swagger_ui!("swagger-ui-bundle.js"))?
        }
        "LICENSE" => respond_compressed(&request, TEXT, swagger_ui!("LICENSE"))?,
        "NOTICE" => respond_compressed(&request, TEXT, swagger_ui!("NOTICE"))?,
        _ => return Err(ApiError::not_found()),
    };
    answer.headers_mut().insert(CACHE_CONTROL, FRESH);
    Ok(answer)
}
