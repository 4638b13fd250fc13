//! The three kinds of span, and all that is written into them: method, matched route or path of a
//! call, status, request id. Never an address as it was asked, a query string, an e-mail or a token.

use std::future::Future;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{
    FutureExt, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;
use reqwest::StatusCode;

use super::Traces;
use super::wanted::UNWANTED;
use crate::http::label::{self, PROBES, UNMATCHED};
use crate::http::overload::Shed;
use crate::http::request_id::RequestId;

/// Where a caller proves itself first ([`serve_proven`]).
const PROVEN_BELOW: &str = "/api/internal/";

/// Serves a request of the public under a span that begins a trace. What the request says of
/// traces is not looked at: a stranger must neither write into ours nor decide what is traced.
///
/// # Errors
/// None of its own.
pub async fn serve<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let path = request.path();
    if PROBES.contains(&path) || path.starts_with(PROVEN_BELOW) {
        return next.call(request).await;
    }
    under(Context::new(), request, next).await
}

/// Serves a request whose service token is good, under a span of the caller's trace: who holds the
/// token is one of us. Without a token, or where the caller has no trace, as a worker has none, the
/// request has no span at all.
///
/// # Errors
/// None of its own.
pub async fn serve_proven<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let parent = TraceContextPropagator::new()
        .extract_with_context(&Context::new(), &Headers(request.headers()));
    if !parent.span().span_context().is_valid() {
        return next.call(request).await;
    }
    under(parent, request, next).await
}

async fn under<B: MessageBody>(
    parent: Context,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let tracer =
        request.app_data::<web::Data<Traces>>().and_then(|traces| traces.tracer().cloned());
    let Some(tracer) = tracer else { return next.call(request).await };
    let method = label::method(request.method().as_str());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let attributes = vec![
        KeyValue::new("http.request.method", method),
        KeyValue::new("request.id", id.as_str().to_owned()),
    ];
    let begun = begin(&tracer, &parent, SpanKind::Server, method, attributes);
    let response = next.call(request).with_context(begun.clone()).await?;
    let span = begun.span();
    let route = label::route(&response);
    if is_unwanted(&response, &route) {
        span.set_attribute(KeyValue::new(UNWANTED, true));
    }
    span.update_name(format!("{method} {route}"));
    span.set_attribute(KeyValue::new("http.route", route));
    end(&begun, response.status().as_u16(), response.status().is_server_error());
    Ok(response)
}

/// Whether an answer is one of those that anybody can have by the thousand and that cost us next to
/// nothing: they would push the others out of the queue.
fn is_unwanted<B>(response: &ServiceResponse<B>, route: &str) -> bool {
    route == UNMATCHED
        || response.status() == actix_web::http::StatusCode::TOO_MANY_REQUESTS
        || response.request().extensions().contains::<Shed>()
}

/// A call that is being made, and the span around it where there is one.
pub struct Call(Context);

/// Begins a call to `path`, which has no values in it, as part of what is being done; outside of
/// anything traced it is not traced either.
#[must_use]
pub fn call(method: &'static str, path: &'static str) -> Call {
    let current = Context::current();
    let Some(tracer) = current.get::<SdkTracer>() else { return Call(current) };
    let attributes =
        vec![KeyValue::new("http.request.method", method), KeyValue::new("url.template", path)];
    let name = format!("{method} {path}");
    Call(begin(tracer, &current, SpanKind::Client, name, attributes))
}

impl Call {
    /// Tells the other side, one of ours, which trace it belongs to.
    pub fn announce(&self, headers: &mut http::HeaderMap) {
        TraceContextPropagator::new().inject_context(&self.0, &mut HeaderInjector(headers));
    }

    /// It was answered.
    pub fn answered(self, status: StatusCode) {
        end(&self.0, status.as_u16(), status.is_client_error() || status.is_server_error());
    }

    /// It was not answered; `why` is a fixed word.
    pub fn failed(self, why: &'static str) {
        let span = self.0.span();
        span.set_attribute(KeyValue::new("error.type", why));
        span.set_status(Status::error(why));
        span.end();
    }
}

/// `work` as part of what is being done, wherever it runs.
pub fn in_current<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.with_current_context()
}

fn begin(
    tracer: &SdkTracer,
    parent: &Context,
    kind: SpanKind,
    name: impl Into<std::borrow::Cow<'static, str>>,
    attributes: Vec<KeyValue>,
) -> Context {
    let builder = SpanBuilder::from_name(name).with_kind(kind).with_attributes(attributes);
    let span = tracer.build_with_context(builder, parent);
    parent.with_span(span).with_value(tracer.clone())
}

fn end(begun: &Context, status: u16, is_error: bool) {
    let span = begun.span();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
    if is_error {
        span.set_status(Status::error(""));
    }
    span.end();
}

/// Where the caller's trace is read from.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
