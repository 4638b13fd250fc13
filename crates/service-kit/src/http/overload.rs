//! Too many at once: whoever comes when enough wait for the database is turned away at the door,
//! at little cost, so that those inside are served. What has begun is never turned away.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::db::Pool;
use crate::error::ApiError;

/// What whoever watches over a service asks; they must hear from it most of all when it is busy.
const ALWAYS_OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Middleware, directly inside the one that gives errors their form.
///
/// # Errors
/// None of its own: 503 `service_unavailable` is an answer.
pub async fn shed<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let pool = request.app_data::<web::Data<Pool>>();
    if pool.is_some_and(|pool| pool.is_crowded()) && !ALWAYS_OPEN.contains(&request.path()) {
        return Ok(request.error_response(ApiError::crowded()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
