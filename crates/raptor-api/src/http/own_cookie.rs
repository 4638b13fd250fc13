//! The session cookie: reading it, and who may send it along.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, web};
use service_kit::http::origin;
use service_kit::session::{RandomToken, cookie_name};
use service_kit::settings::PublicUrl;

use crate::domain::session::COOKIE;

/// The session id that the browser sent, if it sent something of that shape.
pub struct SessionId(pub Option<RandomToken>);

impl FromRequest for SessionId {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = name(request.app_data::<web::Data<PublicUrl>>())
            .and_then(|name| request.cookie(&name))
            .and_then(|cookie| RandomToken::parse(cookie.value()));
        ready(Ok(Self(id)))
    }
}

/// Middleware: an unsafe request that carries our cookie must come from our own pages (section 7
/// of the contracts).
///
/// # Errors
///
/// None of its own: 403 `cross_origin` is an answer.
pub async fn from_our_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let public = request.app_data::<web::Data<PublicUrl>>().cloned();
    if let (Some(public), Some(name)) = (&public, name(public.as_ref()))
        && request.cookie(&name).is_some()
        && let Err(refusal) = origin::check(request.method(), request.headers(), public)
    {
        return Ok(request.error_response(refusal));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn name(public: Option<&web::Data<PublicUrl>>) -> Option<String> {
    public.map(|public| cookie_name(COOKIE, public.is_https()))
}
