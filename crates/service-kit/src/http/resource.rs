//! Routes that answer GET with HEAD, and every other method with 405 and `Allow`.

use actix_web::FromRequest;
use actix_web::{Handler, Resource, Responder, guard, web};

use crate::error::ApiError;

/// A path that is read.
pub fn get<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler))
        .default_service(web::to(|| refuse("GET, HEAD")))
}

/// A path that is posted to.
pub fn post<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::post().to(handler)).default_service(web::to(|| refuse("POST")))
}

/// A path that is both read and posted to.
pub fn get_post<G, GArgs, P, PArgs>(path: &str, read: G, write: P) -> Resource
where
    G: Handler<GArgs>,
    GArgs: FromRequest + 'static,
    G::Output: Responder + 'static,
    P: Handler<PArgs>,
    PArgs: FromRequest + 'static,
    P::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(read))
        .route(web::post().to(write))
        .default_service(web::to(|| refuse("GET, HEAD, POST")))
}

async fn refuse(allow: &'static str) -> Result<actix_web::HttpResponse, ApiError> {
    Err(ApiError::method_not_allowed(allow))
}

/// What answers where no route matches.
///
/// # Errors
/// Always 404 `not_found`.
pub async fn not_found() -> Result<actix_web::HttpResponse, ApiError> {
    Err(ApiError::not_found())
}
