//! One span and one line a request. They name the matched route, never the path's values and
//! never the query string.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument;

use crate::http::label;
use crate::http::request_id::{HEADER, RequestId};
use crate::metrics::Metrics;
use crate::traces::span;

/// Middleware, the outermost but for the headers.
///
/// # Errors
/// None of its own.
pub async fn trace<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = RequestId::from_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let _in_flight = metrics.as_ref().map(|metrics| metrics.begin_request());
    let method = label::method(request.method().as_str());
    let span = tracing::info_span!("request", request_id = id.as_str(), method);
    let began = Instant::now();
    let mut response = span::serve(request, next).instrument(span.clone()).await?;
    let seconds = began.elapsed().as_secs_f64();
    let route = label::route(&response);
    let status = response.status().as_u16();
    if let Some(metrics) = metrics {
        metrics.request(method, &route, status, seconds);
    }
    if !label::PROBES.contains(&route.as_str()) || status >= 500 {
        span.in_scope(|| {
            tracing::info!(route, status, milliseconds = seconds * 1000.0, "answered");
        });
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}
