//! `POST /api/internal/users/ghost-delete`: each state, and what the database holds afterwards.

use serde_json::json;

use crate::helpers::TestApp;

const PATH: &str = "/api/internal/users/ghost-delete";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_shell_is_deleted_with_its_children_and_audited() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 6).await;
    app.account("bob@example.com", 6).await;
    app.sql(&format!(
        "INSERT INTO signup_reminders (user_id) VALUES ({id}); \
         INSERT INTO email_verifications (user_id) VALUES ({id}); \
         INSERT INTO backup_codes (customer_id) VALUES ({id}); \
         INSERT INTO lcc_roll_alerts (user_id) VALUES ({id}); \
         INSERT INTO freescout_ticket_cache (customer_id) VALUES ({id}); \
         INSERT INTO audit_log (actor_user_id, action, target_kind, target_id) \
         VALUES ('{id}', 'earlier', 'user', '{id}')"
    ))
    .await;
    let reply = app.client.ghost_delete("ada@example.com").await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let left = app.rows("SELECT email FROM users").await;
    assert_eq!(left, [json!({"email": "bob@example.com"})]);
    for table in ["signup_reminders", "email_verifications", "backup_codes"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(app.count("lcc_roll_alerts WHERE user_id IS NULL").await, 1);
    assert_eq!(app.count("freescout_ticket_cache WHERE customer_id IS NULL").await, 1);
    assert_eq!(app.audit("earlier").await.len(), 1);
    assert_eq!(
        app.audit("account.ghost_reset").await,
        [json!({
            "actor_user_id": "an-admin", "target_kind": "user", "target_id": id.to_string(),
            "context": {"credential_count": 0, "session_count": 0, "path": "ghost_reset"},
        })]
    );
    assert_eq!(app.count("account_resets WHERE email = 'ada@example.com'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_row_nothing_is_deleted_and_the_reset_is_audited_by_the_address() {
    let app = TestApp::start().await;
    assert_eq!(app.client.ghost_delete(" ADA@example.com").await.status, 204);
    let audit = app.audit("account.ghost_reset").await;
    assert_eq!(audit[0]["target_id"], "ada@example.com");
    assert_eq!(app.count("account_resets WHERE email = 'ada@example.com'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_enrolling_is_no_ghost() {
    let app = TestApp::start().await;
    app.account("ada@example.com", 4).await;
    let reply = app.client.ghost_delete("ada@example.com").await;
    reply.assert_error(409, "not_ghost");
    assert_eq!(reply.json()["state"], "mid_enrollment");
    assert_nothing_happened(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_account_is_no_ghost() {
    let app = TestApp::start().await;
    app.sign_up("ada@example.com").await;
    app.sql("UPDATE users SET created_at = now() - interval '1 day'").await;
    let reply = app.client.ghost_delete("ada@example.com").await;
    reply.assert_error(409, "not_ghost");
    assert_eq!(reply.json()["state"], "healthy");
    assert_nothing_happened(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_a_live_session_alone_is_no_ghost() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 60).await;
    app.sql(&format!("INSERT INTO customer_sessions (user_id) VALUES ({id})")).await;
    let reply = app.client.ghost_delete("ada@example.com").await;
    reply.assert_error(409, "not_ghost");
    assert_nothing_happened(&app).await;
}

async fn assert_nothing_happened(app: &TestApp) {
    assert_eq!(app.count("users").await, 1);
    assert_eq!(app.audit("account.ghost_reset").await, [] as [serde_json::Value; 0]);
    assert_eq!(app.count("account_resets").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nothing_is_deleted() {
    let app = TestApp::start().await;
    app.account("ada@example.com", 60).await;
    app.break_audit_log().await;
    app.client.ghost_delete("ada@example.com").await.assert_error(500, "audit_write_failed");
    app.client.ghost_delete("nobody@example.com").await.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("users").await, 1);
    assert_eq!(app.count("account_resets").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_reset_is_audited_again_and_moves_the_time() {
    let app = TestApp::start().await;
    assert_eq!(app.client.ghost_delete("ada@example.com").await.status, 204);
    app.sql("UPDATE account_resets SET reset_at = now() - interval '1 day'").await;
    assert_eq!(app.client.ghost_delete("ada@example.com").await.status, 204);
    assert_eq!(app.audit("account.ghost_reset").await.len(), 2);
    assert_eq!(app.count("account_resets WHERE reset_at > now() - interval '1 minute'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_actor_is_any_text_of_1_to_200_characters() {
    let app = TestApp::start().await;
    let ask = async |actor: String| {
        let body = json!({"email": "ada@example.com", "actor_admin_id": actor});
        app.client.internal(PATH, &body).await
    };
    for bad in [String::new(), "ä".repeat(201)] {
        ask(bad).await.assert_error(400, "invalid_request");
    }
    for good in ["x".to_owned(), "ä".repeat(200)] {
        assert_eq!(ask(good.clone()).await.status, 204);
        let last = "SELECT actor_user_id FROM audit_log ORDER BY id DESC LIMIT 1";
        assert_eq!(app.rows(last).await[0]["actor_user_id"], json!(good));
    }
    for body in [
        json!({"email": "ada@example.com"}),
        json!({"email": "ada@example.com", "actor_admin_id": "x", "force": true}),
    ] {
        app.client.internal(PATH, &body).await.assert_error(400, "invalid_request");
    }
}
