//! `/healthz`, `/readyz`, `/metrics`, and the headers of every answer.

use serde_json::json;
use test_support::postgres::TestDatabase;

use super::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migrated_console_is_alive_and_ready() {
    let app = TestApp::start().await;
    assert_eq!(app.client.get("/healthz").await.json(), json!({"status": "alive"}));
    let ready = app.client.get("/readyz").await;
    let checks = json!({"database": "ok", "migrations": "ok"});
    assert_eq!((ready.status, ready.json()), (200, json!({"status": "ready", "checks": checks})));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_never_migrated_is_not_ready() {
    let app = TestApp::start_on(TestDatabase::create_empty().await, &[]).await;
    let ready = app.client.get("/readyz").await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("unavailable")));
    assert_eq!(app.client.get("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_everything_that_needs_it_is_a_503() {
    let nowhere = [("DATABASE_URL", "postgres://postgres@127.0.0.1:1/nowhere")];
    let app = TestApp::start_with(&nowhere).await;
    assert_eq!(app.client.get("/readyz").await.status, 503);
    let client = app.client.with_cookie(format!("console_session={}", "A".repeat(43)));
    for refused in [
        client.session().await,
        app.client.login_begin().await,
        app.client.enroll(&"A".repeat(43)).await,
    ] {
        refused.assert_error(503, "service_unavailable");
        assert_ne!(refused.header("retry-after"), "");
    }
    client.page("/console/flags").await.assert_page(503, "Not available right now");
    app.client.page("/console/login").await.assert_page(200, "Sign in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_name_the_route_and_nothing_of_the_request() {
    let app = TestApp::start_with(&[("METRICS_TOKEN", "a-token-for-metrics")]).await;
    app.client.get("/console/enroll?token=a-secret-token").await;
    app.client.get("/metrics").await.assert_error(401, "unauthorized");
    let bearer = Ask::get("/metrics").header("authorization", "Bearer a-token-for-metrics");
    let metrics = app.client.send(bearer).await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("route=\"/console/enroll\""), "{}", metrics.text);
    assert!(!metrics.text.contains("secret-token"));
}
