//! Traces, as a collector gets them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;
use service_kit::db::Patience;
use test_support::Answer;
use test_support::proxy::{HttpProxy, Rule};
use test_support::wait;

use super::scrape::Scrape;
use super::traffic::{EMAIL, busy};
use crate::helpers::{Ask, System, TestApp, migrated_database};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PATH: &str = "/v1/traces";

/// A collector that takes everything.
fn collector() -> HttpProxy {
    let collector = HttpProxy::start("http://127.0.0.1:1");
    collector.always(PATH, Rule::Answer(Answer::new(200, "application/x-protobuf", "")));
    collector
}

/// A span and the service that sent it.
#[derive(Debug)]
struct Sent {
    service: String,
    span: Span,
}

impl Sent {
    fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self.span.attributes.iter().find(|attribute| attribute.key == name)?;
        match attribute.value.clone()?.value? {
            Value::StringValue(text) => Some(text),
            Value::IntValue(number) => Some(number.to_string()),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Everything that a collector got.
fn sent(collector: &HttpProxy) -> Vec<Sent> {
    let requests = collector.seen_at(PATH).into_iter();
    let exports = requests.map(|it| ExportTraceServiceRequest::decode(it.body).unwrap());
    let resources = exports.flat_map(|export| export.resource_spans);
    resources
        .flat_map(|spans| {
            let resource = spans.resource.unwrap();
            let name = resource.attributes.iter().find(|it| it.key == "service.name").unwrap();
            let service = match name.value.clone().unwrap().value {
                Some(Value::StringValue(service)) => service,
                other => panic!("{other:?}"),
            };
            let spans = spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
            spans.map(move |span| Sent { service: service.clone(), span }).collect::<Vec<_>>()
        })
        .collect()
}

/// The one span of this service, name and kind.
fn one<'a>(sent: &'a [Sent], service: &str, name: &str, kind: SpanKind) -> &'a Sent {
    let mut found = sent.iter().filter(|it| {
        it.service == service && it.span.name == name && it.span.kind == i32::from(kind)
    });
    let one = found.next().unwrap_or_else(|| panic!("no {service} {name} in {sent:#?}"));
    assert!(found.next().is_none(), "two of {service} {name}");
    one
}

/// Both services have ended, and with them the last spans went out.
async fn stop(system: &mut System) {
    wait::within("both end", async {
        system.console.stop().await;
        system.raptor.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_reset_is_one_trace_through_both_services() {
    let collector = collector();
    let url = collector.url();
    let mut system = busy(&[(ENDPOINT, &url)], &[(ENDPOINT, &url)]).await;
    stop(&mut system).await;
    let sent = sent(&collector);
    let path = "/api/internal/users/ghost-delete";
    let reset = "POST /console/beta/testers/{id}/ghost-reset";
    let reset = one(&sent, "console", reset, SpanKind::Server);
    let call = one(&sent, "console", &format!("POST {path}"), SpanKind::Client);
    let delete = one(&sent, "raptor-api", &format!("POST {path}"), SpanKind::Server);
    assert_eq!(reset.span.parent_span_id, [0; 0]);
    assert_eq!(call.span.parent_span_id, reset.span.span_id);
    assert_eq!(delete.span.parent_span_id, call.span.span_id);
    let mails = sent.iter().filter(|it| it.span.name == "POST /email");
    let mail = mails.filter(|it| it.span.parent_span_id == reset.span.span_id).count();
    assert_eq!(mail, 1, "{sent:#?}");
    for it in [call, delete] {
        assert_eq!(it.span.trace_id, reset.span.trace_id);
    }
    for (it, status) in [(reset, "200"), (delete, "204")] {
        assert_eq!(it.attribute("http.response.status_code").as_deref(), Some(status));
        assert_eq!(it.attribute("http.request.method").as_deref(), Some("POST"));
    }
    assert_eq!(delete.attribute("http.route").as_deref(), Some(path));
    assert_eq!(reset.attribute("request.id"), delete.attribute("request.id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_trace_tells_an_address_a_query_or_a_token() {
    let collector = collector();
    let url = collector.url();
    let mut system = busy(&[(ENDPOINT, &url)], &[(ENDPOINT, &url)]).await;
    stop(&mut system).await;
    let requests = collector.seen_at(PATH);
    assert!(!requests.is_empty());
    for request in requests {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        for secret in [EMAIL, "grace", "Grace", "eyJ", "token=", "nda_version", "example"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_neither_joins_a_trace_nor_decides_what_is_traced() {
    let collector = collector();
    let mut app =
        TestApp::start_with(&[(ENDPOINT, &collector.url()), ("OTEL_TRACES_SAMPLER_ARG", "1")])
            .await;
    let theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    for path in ["/console/login", "/api/internal/beta/walkthrough-tokens/verify", "/metrics"] {
        app.client.send(Ask::get(path).header("traceparent", theirs)).await;
    }
    app.stop().await;
    let sent = sent(&collector);
    let login = one(&sent, "console", "GET /console/login", SpanKind::Server);
    assert_eq!(login.span.parent_span_id, [0; 0]);
    assert_ne!(login.span.trace_id[..2], [0x0a, 0xf7]);
    assert_eq!(sent.len(), 1, "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_service_does_not_trace_the_other_does_not_either() {
    let collector = collector();
    let url = collector.url();
    let none = [(ENDPOINT, url.as_str()), ("OTEL_TRACES_SAMPLER_ARG", "0")];
    let mut system = System::start_as(&none, &[(ENDPOINT, &url)]).await;
    let operator = system.console.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Grace Hopper").await.json();
    operator.client.tester(invited["tester_id"].as_i64().unwrap()).await;
    let check = "/api/internal/users/ghost-check";
    let asked = system.to_raptor.seen_at(check);
    assert!(asked[0].header("traceparent").unwrap().ends_with("-00"), "{asked:?}");
    stop(&mut system).await;
    let sent = sent(&collector);
    assert!(!sent.iter().any(|it| it.service == "console"), "{sent:#?}");
    assert!(!sent.iter().any(|it| it.span.name.contains("/api/internal/")), "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_of_nobody_s_trace_begins_none() {
    let collector = collector();
    let mut system = System::start_as(&[], &[(ENDPOINT, &collector.url())]).await;
    let operator = system.console.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Grace Hopper").await.json();
    operator.client.tester(invited["tester_id"].as_i64().unwrap()).await;
    assert!(!system.to_raptor.seen_at("/api/internal/users/ghost-check").is_empty());
    system.raptor.client.page("/").await;
    stop(&mut system).await;
    let sent = sent(&collector);
    one(&sent, "raptor-api", "GET /", SpanKind::Server);
    assert_eq!(sent.len(), 1, "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_anybody_can_have_by_the_thousand_is_not_traced() {
    let collector = collector();
    let limit = [(ENDPOINT, collector.url()), ("PUBLIC_RATE_LIMIT", "1".to_owned())];
    let limit = limit.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut system = System::start_as(&[], &limit).await;
    let client = &system.raptor.client;
    for (path, status) in [("/signup", 400), ("/signup", 429), ("/none", 404), ("/signup/x", 404)] {
        assert_eq!(client.page(path).await.status, status, "{path}");
    }
    stop(&mut system).await;
    let sent = sent(&collector);
    let signup = one(&sent, "raptor-api", "GET /signup", SpanKind::Server);
    assert_eq!(signup.attribute("http.response.status_code").as_deref(), Some("400"));
    assert_eq!(sent.len(), 1, "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_turned_away_at_the_door_is_not_traced() {
    let collector = collector();
    // Nobody may wait for the database, so that everybody is one too many.
    let closed = Patience { queue: 0, ..Patience::default() };
    let url = collector.url();
    let database = migrated_database().await;
    let mut app = TestApp::start_with_patience(database, &[(ENDPOINT, &url)], closed).await;
    assert_eq!(app.client.page("/console/login").await.status, 503);
    assert_eq!(app.client.page("/").await.status, 303);
    let scrape = Scrape::of(&app.client).await;
    assert_eq!(scrape.value("http_requests_shed_total", &[]), Some(1.0));
    app.stop().await;
    let sent = sent(&collector);
    one(&sent, "console", "GET /", SpanKind::Server);
    assert_eq!(sent.len(), 1, "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_nothing_is_traced() {
    let system = busy(&[], &[]).await;
    let asked = system.to_raptor.seen();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|request| request.header("traceparent").is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_or_silent_keeps_nobody_waiting() {
    let silent = collector();
    let _held = silent.hold_request(PATH);
    for url in ["http://127.0.0.1:1", &silent.url()] {
        let mut app = TestApp::start_with(&[(ENDPOINT, url)]).await;
        assert_eq!(app.client.page("/console/login").await.status, 200);
        wait::within("the Console ends", app.stop()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_reach_the_collector_is_counted_and_headers_go_with_what_does() {
    let away = TestApp::start_with(&[(ENDPOINT, "http://127.0.0.1:1")]).await;
    away.client.page("/console/login").await;
    let failed = async || {
        let scrape = Scrape::of(&away.client).await;
        scrape.value("trace_exports_total", &[("outcome", "failed")]).filter(|it| *it > 0.0)
    };
    wait::eventually("a failure is counted", failed).await;
    let collector = collector();
    let key = [(ENDPOINT, collector.url()), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20key".into())];
    let key: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut app = TestApp::start_with(&key).await;
    app.client.page("/console/login").await;
    app.stop().await;
    assert_eq!(collector.seen_at(PATH)[0].header("x-key"), Some("a key"));
}
