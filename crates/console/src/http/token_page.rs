//! The page with a token in its address.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use service_kit::http::headers;

/// Middleware around everything: no answer at an enrolment link, whatever it is, is kept or lets
/// the link leak in a `Referer`.
///
/// # Errors
/// None of its own.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    headers::guard_token_pages(&["/console/enroll"], request, next).await
}
