//! Headers on every answer, errors included, and the way from http to https.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

use crate::settings::PublicUrl;

/// What pages may load: their own style, script and pictures, and nothing from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                   connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What no page of ours needs. Passkeys are not named: they are allowed to the page itself by
/// default, and not every browser knows both of their names.
const PERMISSIONS: &str =
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::PERMISSIONS_POLICY, PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// For pages with a token in their address: not kept, and no referrer to anybody.
pub fn guard_token_page(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Middleware around everything, error pages too: no answer at one of `paths`, pages with a token
/// in their address, is kept, and none lets the address leak in a `Referer`.
///
/// # Errors
/// None of its own.
pub async fn guard_token_pages<B: MessageBody>(
    paths: &[&str],
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let has_token = paths.contains(&request.path());
    let mut response = next.call(request).await?;
    if has_token {
        guard_token_page(response.headers_mut());
    }
    Ok(response)
}

/// Middleware, the outermost. What a handler set already stays.
///
/// # Errors
/// None of its own.
pub async fn secure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let public = request.app_data::<web::Data<PublicUrl>>().cloned();
    let https = public.as_ref().filter(|public| public.is_https());
    let came_by_http = forwarded_proto(request.headers()).is_some_and(|proto| proto == "http");
    let mut response = match https {
        Some(public) if came_by_http => {
            let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
            let location = format!("{}{target}", public.origin());
            let mut answer = HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, location))
                .finish();
            // The address may hold a token.
            guard_token_page(answer.headers_mut());
            request.into_response(answer)
        }
        _ => next.call(request).await?.map_into_boxed_body(),
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https.is_some() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    Ok(response)
}

/// The scheme by which the client reached the nearest router.
fn forwarded_proto(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-forwarded-proto")?.to_str().ok()?;
    Some(value.rsplit(',').next()?.trim().to_ascii_lowercase())
}
