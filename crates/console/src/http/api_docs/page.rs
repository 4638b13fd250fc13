//! `GET /console/api-docs`: the page to read the documents on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use service_kit::error::ApiError;
use utoipa::ToSchema;

use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::api_docs::{ApiDocsPage, DOCUMENTS, Document};

/// As for every page, and what Swagger UI needs besides: styles at its elements, and pictures that
/// its stylesheet holds. It sends no forms.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Which document the page shows first.
    document: Option<String>,
}

/// What there is to read.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiDocuments)]
struct Answer {
    /// One for each service.
    documents: &'static [Document],
}

/// The page, or `{"documents": [{"name", "url"}]}` for a program.
///
/// # Errors
/// None.
#[utoipa::path(
    get,
    path = "/console/api-docs",
    operation_id = "api_documents",
    tag = "documentation",
    summary = "Where the OpenAPI documents of both services are.",
    responses((status = 200, description = "Their addresses.", body = Answer)),
)]
pub async fn page(
    _: AnyOperator,
    reply: Reply,
    asked: Option<Query<Asked>>,
) -> Result<HttpResponse, ApiError> {
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &Answer { documents: &DOCUMENTS }));
    }
    let asked = asked.and_then(|asked| asked.into_inner().document);
    let page = ApiDocsPage::new(asked.as_deref());
    let mut answer = reply.page(StatusCode::OK, &page).await?;
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, CSP);
    Ok(answer)
}
