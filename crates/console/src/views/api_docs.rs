//! The documentation of both APIs.

use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

/// An OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ApiDocument)]
pub struct Document {
    /// The service.
    pub name: &'static str,
    /// Where its document is.
    pub url: &'static str,
}

/// All of them; the first is shown where nobody says which.
pub const DOCUMENTS: [Document; 2] = [
    Document { name: "console", url: "/console/api-docs/console.json" },
    Document { name: "raptor-api", url: "/console/api-docs/raptor-api.json" },
];

/// The page. Swagger UI has styles of its own for all elements, so nothing of ours stands around it
/// but the way back.
#[derive(Template)]
#[template(path = "api_docs.html")]
pub struct ApiDocsPage {
    shown: Document,
}

impl ApiDocsPage {
    /// The page with the document of that service.
    #[must_use]
    pub fn new(service: Option<&str>) -> Self {
        let [first, _] = DOCUMENTS;
        let named = DOCUMENTS.into_iter().find(|document| Some(document.name) == service);
        Self { shown: named.unwrap_or(first) }
    }
}
