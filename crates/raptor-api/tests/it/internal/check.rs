//! `POST /api/internal/users/ghost-check`: each state of section 5.

use serde_json::{Value, json};

use crate::helpers::TestApp;

const PATH: &str = "/api/internal/users/ghost-check";

async fn check(app: &TestApp, email: &str) -> Value {
    let reply = app.client.ghost_check(email).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_row_it_is_a_ghost_without_a_row() {
    let app = TestApp::start().await;
    let expected = json!({
        "state": "ghost_no_users_row", "user_id": null, "credential_count": 0,
        "active_session_count": 0, "created_at": null,
    });
    assert_eq!(check(&app, "ada@example.com").await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_row_with_nothing_is_an_empty_shell() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 6).await;
    app.sql("UPDATE users SET created_at = '2026-06-12T10:00:00Z'").await;
    let expected = json!({
        "state": "ghost_empty_shell", "user_id": id, "credential_count": 0,
        "active_session_count": 0, "created_at": "2026-06-12T10:00:00Z",
    });
    assert_eq!(check(&app, "ada@example.com").await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_young_row_with_nothing_is_somebody_enrolling() {
    let app = TestApp::start().await;
    app.account("ada@example.com", 4).await;
    assert_eq!(check(&app, "ada@example.com").await["state"], "mid_enrollment");
    app.sql("UPDATE users SET created_at = now() - interval '5 minutes 1 second'").await;
    assert_eq!(check(&app, "ada@example.com").await["state"], "ghost_empty_shell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_makes_an_account_healthy() {
    let app = TestApp::start().await;
    let (id, _) = app.sign_up("ada@example.com").await;
    let answer = check(&app, "ada@example.com").await;
    assert_eq!(answer["state"], "healthy");
    assert_eq!((&answer["user_id"], &answer["credential_count"]), (&json!(id), &json!(1)));
    assert!(answer["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_session_alone_makes_an_account_healthy_and_a_dead_one_does_not() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 60).await;
    app.sql(&format!(
        "INSERT INTO customer_sessions (user_id, expires_at, revoked_at) VALUES \
         ({id}, now() - interval '1 second', NULL), ({id}, now() + interval '1 day', now())"
    ))
    .await;
    let answer = check(&app, "ada@example.com").await;
    assert_eq!(
        (&answer["state"], &answer["active_session_count"]),
        (&json!("ghost_empty_shell"), &json!(0))
    );
    app.sql(&format!("INSERT INTO customer_sessions (user_id) VALUES ({id})")).await;
    let answer = check(&app, "ada@example.com").await;
    assert_eq!((&answer["state"], &answer["active_session_count"]), (&json!("healthy"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_asked_about_in_any_spelling() {
    let app = TestApp::start().await;
    app.account("ada@example.com", 60).await;
    assert_eq!(check(&app, "  Ada@Example.COM\t").await["state"], "ghost_empty_shell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_an_invalid_request() {
    let app = TestApp::start().await;
    for email in ["", "ada", "ada@", "a b@example.com", "ädä@example.com", "a@b..example"] {
        app.client.ghost_check(email).await.assert_error(400, "invalid_request");
    }
    for body in [json!({}), json!({"email": 7}), json!({"email": "a@b.example", "more": 1})] {
        app.client.internal(PATH, &body).await.assert_error(400, "invalid_request");
    }
}
