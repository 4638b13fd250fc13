//! How often a client may ask where nobody is signed in yet (the addresses of sign-in and
//! enrolment, and Postmark's). All processes count together, per IPv4 address or IPv6 /64.
//!
//! `/api/internal/` has none: see [`service_kit::service_token`].

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;
use service_kit::error::ApiError;
use service_kit::http::rate_limit::AreaLimit;

use super::webhooks::postmark::WebhookSecret;

/// The ceremonies of sign-in and enrolment together. A whole office behind one address signs in
/// with two requests each, and must never meet it.
const ENTRANCE: AreaLimit = AreaLimit { area: "entrance", a_minute: 300 };

/// The page of enrolment. By itself, because any page of anybody's can make a browser ask for it:
/// together with the ceremonies it would keep an office from signing in.
const ENROLMENT_PAGE: AreaLimit = AreaLimit { area: "enrolment page", a_minute: 300 };

/// Wrong passwords of the webhook. Reports with the right one are never counted, however many
/// come at once.
const WEBHOOK: AreaLimit = AreaLimit { area: "webhook", a_minute: 60 };

/// Middleware of the ceremonies of sign-in and enrolment: each request counts.
///
/// # Errors
/// None of its own: 429 `rate_limited` and 503 are answers.
pub async fn entrance<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    count(ENTRANCE, request, next).await
}

/// Middleware of the page of enrolment: each request counts.
///
/// # Errors
/// As [`entrance`].
pub async fn enrolment_page<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    count(ENROLMENT_PAGE, request, next).await
}

async fn count<B: MessageBody + 'static>(
    limit: AreaLimit,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match limit.count(request.request()).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

/// Middleware of the webhook: whoever has guessed too often is refused before the password is
/// looked at, the right one too, or the limit would not slow down the guessing. Postmark's own
/// addresses guess nothing.
///
/// # Errors
/// As [`entrance`].
pub async fn webhook<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let secret = request.app_data::<Data<WebhookSecret>>();
    if !secret.is_some_and(|secret| secret.is_set()) {
        return Ok(request.error_response(ApiError::not_found()));
    }
    if let Err(refusal) = WEBHOOK.check(request.request()).await {
        return Ok(request.error_response(refusal));
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    if answer.status() != StatusCode::UNAUTHORIZED {
        return Ok(answer);
    }
    match WEBHOOK.count(answer.request()).await {
        Ok(()) => Ok(answer),
        Err(refusal) => Ok(ServiceResponse::from_err(refusal, answer.into_parts().0)),
    }
}
