//! `GET /console/api-docs/{name}`: an OpenAPI document.

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentType};
use actix_web::web::Path;
use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;

use crate::http::access::AnyOperator;

/// The documents as they are checked in; a test of each service says that they are current.
const DOCUMENTS: [(&str, &str); 2] = [
    ("console.json", include_str!("../../../../../docs/api/console.json")),
    ("raptor-api.json", include_str!("../../../../../docs/api/raptor-api.json")),
];

/// `console.json` or `raptor-api.json`.
///
/// # Errors
/// 404 `not_found`.
#[utoipa::path(
    get,
    path = "/console/api-docs/{name}",
    operation_id = "api_document",
    tag = "documentation",
    summary = "The OpenAPI document of one service.",
    params(("name" = String, Path, pattern = "^(console|raptor-api)\\.json$", description = "`console.json` or `raptor-api.json`.")),
    responses(
        (status = 200, description = "The document.", body = Object),
        (status = 404, description = "`not_found`: There is no such document."),
    ),
    extensions(("x-errors" = json!([ErrorCode::NotFound]))),
)]
pub async fn document(_: AnyOperator, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let found = DOCUMENTS.iter().find(|(known, _)| *known == name.as_str());
    let (_, text) = found.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type(ContentType::json())
        .body(*text))
}
