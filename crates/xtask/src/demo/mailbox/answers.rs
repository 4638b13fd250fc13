//! What all answers of the mailbox have in common.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use askama::Template;
use service_kit::error::ApiError;
use service_kit::http::origin;
use service_kit::settings::PublicUrl;

use super::Mailbox;

/// Middleware: forms of other sites are refused. A request of no browser passes, which is how
/// the Console's mails come in.
pub(super) async fn same_origin<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let checked = match request.app_data::<web::Data<PublicUrl>>() {
        Some(public) => origin::check(request.method(), request.headers(), public),
        None => Err(ApiError::internal("the mailbox does not know its own address")),
    };
    match checked {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

/// A page, never kept: the next look may find another mail.
pub(super) fn page(mailbox: &Mailbox, page: &impl Template) -> Result<HttpResponse, ApiError> {
    let html = page.render().map_err(ApiError::internal)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    let mut answer = answer.content_type("text/html; charset=utf-8").body(html);
    allow_console(answer.headers_mut(), mailbox);
    Ok(answer)
}

/// Our own style, our own frames, and forms that end at the Console: a browser judges where a
/// form is redirected to as well.
fn allow_console(headers: &mut HeaderMap, mailbox: &Mailbox) {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
         form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        mailbox.addresses.console
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Sends the browser on with a GET.
pub(super) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

/// `GET /style.css`.
pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../../../assets/mailbox.css"))
}
