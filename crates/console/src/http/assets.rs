//! Style, scripts and the icon: built into the binary, revalidated by their hash.

use std::sync::LazyLock;

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use service_kit::error::ApiError;
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static str,
    hash: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    const CSS: &str = "text/css; charset=utf-8";
    [("style.css", CSS, include_str!("../../assets/style.css"))]
        .into_iter()
        .map(|(name, kind, content)| Asset {
            name,
            kind,
            content,
            hash: hex::encode(Sha256::digest(content)),
        })
        .collect()
});

/// `GET /console/assets/{name}`.
///
/// # Errors
/// 404 `not_found`.
pub async fn asset(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name.as_str());
    let asset = asset.ok_or_else(ApiError::not_found)?;
    let tag = EntityTag::new_strong(asset.hash.clone());
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header(ETag(tag));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type(asset.kind).body(asset.content))
}
