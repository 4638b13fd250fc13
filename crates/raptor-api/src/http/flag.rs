//! `FLAG_WEBAUTHN_REGISTRATION`.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use service_kit::error::ApiError;

use crate::state::RegistrationFlag;

/// Middleware, the outermost of the routes that are not there while registration is off: 404
/// before anything else of the request is looked at.
///
/// # Errors
///
/// None of its own.
pub async fn registration_is_on<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let flag = request.app_data::<web::Data<RegistrationFlag>>();
    if flag.is_some_and(|flag| flag.0) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Ok(request.error_response(ApiError::not_found()))
}
