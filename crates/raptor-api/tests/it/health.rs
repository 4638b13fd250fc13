//! `/healthz`, `/readyz`, `/metrics`, and what every answer has.

use diesel_async::SimpleAsyncConnection;
use serde_json::json;
use test_support::wait::eventually;

use crate::helpers::{Ask, Options, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_with_its_database_is_alive_and_ready() {
    let app = TestApp::start().await;
    assert_eq!(app.client.get("/healthz").await.status, 200);
    let ready = app.client.get("/readyz").await;
    assert_eq!(ready.status, 200);
    let expected = json!({"status": "ready", "checks": {"database": "ok", "migrations": "ok"}});
    assert_eq!(ready.json(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_checked_where_it_is_used() {
    let app = TestApp::start_with_redis().await;
    assert_eq!(app.client.get("/readyz").await.json()["checks"]["redis"], "ok");
    let nowhere = vec![("REDIS_URL", "redis://127.0.0.1:1".to_owned())];
    let app = TestApp::start_with(Options { variables: nowhere, ..Options::default() }).await;
    let unready = app.client.get("/readyz").await;
    assert_eq!(unready.status, 503);
    assert_eq!(unready.json()["status"], "unavailable");
    assert_eq!(unready.json()["checks"]["redis"], "unavailable");
    // A ceremony cannot begin then, and that is no fault of the caller.
    app.client.login_begin().await.assert_error(503, "service_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_its_database_is_alive_and_not_ready_and_heals_by_itself() {
    let app = TestApp::start().await;
    app.cut_off_database().await;
    assert_eq!(app.client.get("/healthz").await.status, 200);
    let unready = app.client.get("/readyz").await;
    assert_eq!((unready.status, &unready.json()["status"]), (503, &json!("unavailable")));
    app.give_back_database().await;
    assert_eq!(app.client.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pending_migrations_are_not_ready() {
    let app = TestApp::start().await;
    app.sql("DELETE FROM __diesel_schema_migrations WHERE version = '0006'").await;
    let unready = app.client.get("/readyz").await;
    assert_eq!((unready.status, &unready.json()["checks"]["migrations"]), (503, &json!("pending")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_whether_it_is_ready_take_no_connection_from_others() {
    let app = TestApp::start().await;
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE __diesel_schema_migrations").await.unwrap();
    let ask = |_| {
        let client = app.client.clone();
        tokio::spawn(async move { client.get("/readyz").await })
    };
    let asked: Vec<_> = (0..60).map(ask).collect();
    let looking = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("somebody looks", async || (app.number(looking).await > 0).then_some(())).await;
    for _ in 0..20 {
        assert_eq!(app.client.get("/api/auth/session").await.status, 401);
    }
    // One a worker, and this service has one.
    assert!(app.number(looking).await <= 1);
    other.batch_execute("COMMIT").await.unwrap();
    for answer in asked {
        assert_eq!(answer.await.unwrap().status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_name_routes_and_never_an_address_or_a_token() {
    let app = TestApp::start().await;
    app.sign_up("ada@example.com").await;
    app.client.get("/signup?token=a-secret").await;
    app.client.get("/a-made-up-path").await;
    let metrics = app.client.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    let route = r#"route="/api/auth/register/verify-with-token""#;
    assert!(metrics.text.contains(route), "{}", metrics.text);
    for secret in ["ada@example.com", "a-secret", "a-made-up-path"] {
        assert!(!metrics.text.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_for_the_bearer_of_their_token() {
    let app = TestApp::start_with_variable("METRICS_TOKEN", "let-me-see").await;
    app.client.get("/metrics").await.assert_error(401, "unauthorized");
    let ask = Ask::get("/metrics").header("authorization", "Bearer let-me-see");
    assert_eq!(app.client.send(ask).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_id_that_the_router_gave_the_request() {
    let app = TestApp::start().await;
    for path in ["/", "/healthz", "/nowhere", "/assets/style.css", "/api/auth/session"] {
        let ask = Ask::get(path).header("x-request-id", "an-id-of-a-router");
        let reply = app.client.send(ask).await;
        assert_eq!(reply.header("x-request-id"), "an-id-of-a-router", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_service_finishes_what_it_began() {
    let mut app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let mut held = app.gateway.hold_answer(ghost_contracts::console::WALKTHROUGH_VERIFY_PATH);
    let client = app.client.clone();
    let opening =
        tokio::spawn(async move { client.page(&format!("/walkthrough?token={token}")).await });
    held.arrived().await;
    let stopping = app.begin_to_stop();
    held.release();
    assert_eq!(opening.await.unwrap().status, 200);
    stopping.await.unwrap().unwrap();
}
