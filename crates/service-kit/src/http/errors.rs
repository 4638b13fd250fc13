//! The last word on every error answer: JSON under `/api/` and for programs, else a page.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use ghost_contracts::error::ErrorCode;

use crate::error::ApiError;
use crate::http::accept::Wanted;
use crate::http::head;
use crate::http::request_id::RequestId;

/// What an error page shows.
#[derive(Debug)]
pub struct ErrorPage<'a> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code, as in the JSON body.
    pub code: &'a str,
    /// The sentence for a person.
    pub message: &'a str,
    /// Whether that sentence says itself that nothing was changed.
    pub says_unchanged: bool,
    /// To be named when asking for help.
    pub request_id: &'a str,
    /// Why the answer is a refusal, where the JSON body says it: `expired`, `used` and the like.
    pub reason: Option<&'a str>,
    /// When to try again, in seconds from now.
    pub retry_after: Option<u64>,
    /// What was asked, and what middleware and handlers have found out about it.
    pub request: &'a HttpRequest,
}

/// How a service draws an error page, in its own layout.
#[derive(Clone)]
pub struct ErrorPages(pub fn(&ErrorPage<'_>) -> Result<String, askama::Error>);

/// Middleware: gives every error its final form.
///
/// # Errors
/// None of its own.
pub async fn render<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let under_api = request.path().starts_with("/api/") || request.path() == "/api";
    let wanted = Wanted::from_headers(request.headers());
    let request_id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let pages = request.app_data::<web::Data<ErrorPages>>().cloned();
    let response = match head::check(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refusal) => request.error_response(refusal),
    };
    // A refusal that only sends the client elsewhere has its final form already.
    if response.status().is_redirection() {
        return Ok(response);
    }
    let Some(error) = response.response().error() else { return Ok(response) };

    let translated;
    let api_error = match error.as_error::<ApiError>() {
        Some(api_error) => api_error,
        None => {
            translated = translate(error);
            &translated
        }
    };
    log(api_error);
    let page = match (&pages, under_api, wanted) {
        (Some(pages), false, Wanted::Html) => Some(pages),
        _ => None,
    };
    let mut answer = HttpResponse::build(api_error.status());
    let mut answer = match page {
        Some(pages) => {
            let page = ErrorPage {
                status: api_error.status(),
                code: api_error.code().as_str(),
                message: api_error.message(),
                says_unchanged: api_error.says_unchanged(),
                request_id: request_id.as_str(),
                reason: api_error.reason(),
                retry_after: api_error.seconds_to_wait(),
                request: response.request(),
            };
            match (pages.0)(&page) {
                Ok(html) => answer.content_type("text/html; charset=utf-8").body(html),
                Err(_) => answer.json(api_error.body(Some(request_id.as_str()))),
            }
        }
        None => answer.json(api_error.body(Some(request_id.as_str()))),
    };
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    api_error.apply_headers(answer.headers_mut());
    if api_error.status() == StatusCode::UNAUTHORIZED
        && !answer.headers().contains_key(header::WWW_AUTHENTICATE)
    {
        let session = header::HeaderValue::from_static("Session");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, session);
    }
    let request = response.into_parts().0;
    Ok(ServiceResponse::new(request, answer))
}

/// An error of the framework's own.
fn translate(error: &Error) -> ApiError {
    let status = error.as_response_error().status_code();
    match status {
        StatusCode::NOT_FOUND => ApiError::not_found(),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(
            ErrorCode::PayloadTooLarge,
            "The request is larger than this service takes.",
        ),
        status if status.is_client_error() => {
            ApiError::invalid_request("The request could not be read.").because(error)
        }
        _ => ApiError::internal(error),
    }
}

fn log(error: &ApiError) {
    let (status, code) = (error.status().as_u16(), error.code().as_str());
    let cause = error.cause().unwrap_or_default();
    if error.status().is_server_error() {
        tracing::error!(status, code, cause, "request failed");
    } else if !cause.is_empty() {
        tracing::info!(status, code, cause, "request refused");
    }
}
