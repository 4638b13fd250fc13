//! ghost-delete with a plan: it deletes what the operator agreed to, or nothing.

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use test_support::wait::eventually;

use crate::helpers::{Reply, TestApp};

const PATH: &str = "/api/internal/users/ghost-delete";
const EMAIL: &str = "ada@example.com";

async fn plan(app: &TestApp) -> Value {
    app.client.ghost_preview(EMAIL).await.json()["plan"].clone()
}

async fn delete(app: &TestApp, plan: &Value) -> Reply {
    app.client.ghost_delete_as_planned(EMAIL, plan).await
}

/// A refusal that names exactly this, brings the account as it is now, and changed nothing.
async fn assert_changed(app: &TestApp, reply: &Reply, changed: &[&str], users: i64) {
    reply.assert_error(409, "plan_changed");
    let mut body = reply.json();
    assert_eq!(body["changed"], json!(changed));
    let message = body["message"].as_str().unwrap().to_owned();
    assert!(message.contains("Nothing was deleted"), "{message}");
    for member in ["error", "message", "changed"] {
        assert!(body.as_object_mut().unwrap().remove(member).is_some(), "{member}");
    }
    assert_eq!(body, app.client.ghost_preview(EMAIL).await.json());
    assert_eq!(app.count("users").await, users);
    assert_eq!(app.count("account_resets").await, 0);
    assert_eq!(app.audit("account.ghost_reset").await, [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_as_planned_is_deleted_and_audited_as_without_a_plan() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    app.sql(&format!("INSERT INTO backup_codes (customer_id) VALUES ({id})")).await;
    let planned = plan(&app).await;
    let deleted = delete(&app, &planned).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!((app.count("users").await, app.count("backup_codes").await), (0, 0));
    assert_eq!(
        app.audit("account.ghost_reset").await,
        [json!({
            "actor_user_id": "an-admin", "target_kind": "user", "target_id": id.to_string(),
            "context": {"credential_count": 0, "session_count": 0, "path": "ghost_reset"},
        })]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_for_no_account_holds_while_there_is_none() {
    let app = TestApp::start().await;
    let planned = plan(&app).await;
    assert_eq!(delete(&app, &planned).await.status, 204);
    assert_eq!(delete(&app, &planned).await.status, 204);
    assert_eq!(app.audit("account.ghost_reset").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_plan_and_a_null_plan_mean_that_anything_may_go() {
    let app = TestApp::start().await;
    for plan in [None, Some(Value::Null)] {
        let id = app.account(EMAIL, 60).await;
        app.sql(&format!("INSERT INTO backup_codes (customer_id) VALUES ({id})")).await;
        let reply = match plan {
            None => app.client.ghost_delete(EMAIL).await,
            Some(plan) => delete(&app, &plan).await,
        };
        assert_eq!((reply.status, app.count("users").await), (204, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_row_more_in_any_child_table_is_named() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    for (table, column) in [
        ("signup_reminders", "user_id"),
        ("support_customer_map", "raxx_user_id"),
        ("freescout_ticket_cache", "customer_id"),
        ("lcc_roll_alerts", "user_id"),
    ] {
        let planned = plan(&app).await;
        app.sql(&format!("INSERT INTO {table} ({column}) VALUES ({id})")).await;
        let refused = delete(&app, &planned).await;
        assert_changed(&app, &refused, &[table], 1).await;
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("the number of rows in {table}.")), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_less_is_a_change_too_and_all_changes_are_named_in_order() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    app.sql(&format!("INSERT INTO backup_codes (customer_id) VALUES ({id}), ({id})")).await;
    let planned = plan(&app).await;
    app.sql(&format!(
        "DELETE FROM backup_codes WHERE id = (SELECT min(id) FROM backup_codes); \
         INSERT INTO onboarding_state (user_id) VALUES ({id})"
    ))
    .await;
    let refused = delete(&app, &planned).await;
    assert_changed(&app, &refused, &["onboarding_state", "backup_codes"], 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_has_gone_is_a_change_of_state_and_of_the_user_id() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    app.sql(&format!("INSERT INTO signup_reminders (user_id) VALUES ({id})")).await;
    let planned = plan(&app).await;
    app.sql("DELETE FROM users").await;
    let refused = delete(&app, &planned).await;
    assert_changed(&app, &refused, &["state", "user_id", "signup_reminders"], 0).await;
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    let words = "Changed: the state, the user id, the number of rows in signup_reminders.";
    assert!(message.contains(words), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_was_made_anew_is_another_one() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let planned = plan(&app).await;
    app.sql("DELETE FROM users").await;
    app.account(EMAIL, 60).await;
    assert_changed(&app, &delete(&app, &planned).await, &["user_id"], 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_ghost_is_said_to_be_none_whatever_the_plan() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let of_a_ghost = plan(&app).await;
    app.sql("UPDATE users SET created_at = now()").await;
    let of_somebody_enrolling = plan(&app).await;
    for plan in [&of_a_ghost, &of_somebody_enrolling, &json!("nonsense")] {
        let refused = delete(&app, plan).await;
        refused.assert_error(409, "not_ghost");
        assert_eq!(refused.json()["state"], "mid_enrollment");
        assert!(refused.json().get("changed").is_none());
    }
    app.sql("INSERT INTO customer_sessions (user_id) SELECT id FROM users").await;
    let of_somebody_signed_in = plan(&app).await;
    for plan in [&of_a_ghost, &of_somebody_signed_in, &json!("nonsense")] {
        let refused = delete(&app, plan).await;
        refused.assert_error(409, "not_ghost");
        assert_eq!(refused.json()["state"], "healthy");
    }
    assert_eq!(app.count("users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_plan_that_is_none_of_ours_everything_has_changed() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let preview = app.client.ghost_preview(EMAIL).await.json();
    let tables = preview["children"].as_array().unwrap().iter();
    let mut all = vec!["state", "user_id"];
    all.extend(tables.map(|child| child["table"].as_str().unwrap()));
    let good = preview["plan"].as_str().unwrap();
    for plan in ["x", &"A".repeat(400), &"A".repeat(good.len()), &good[1..], &format!("{good}A")] {
        let refused = delete(&app, &json!(plan)).await;
        assert_changed(&app, &refused, &all, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_plan_is_an_invalid_request() {
    let app = TestApp::start().await;
    for plan in
        [json!(""), json!("A".repeat(401)), json!("a b"), json!("\u{e4}"), json!(7), json!([])]
    {
        delete(&app, &plan).await.assert_error(400, "invalid_request");
    }
    assert_eq!(app.count("account_resets").await, 0);
    let body = json!({"email": EMAIL, "actor_admin_id": "x", "plan": "a", "force": true});
    app.client.internal(PATH, &body).await.assert_error(400, "invalid_request");
}

/// A child row that is being inserted holds its account's row, so the deletion waits for it, and
/// counts it when it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_committed_while_the_delete_waits_is_counted() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    let planned = plan(&app).await;
    let mut other = app.database.connect().await;
    let insert = format!("BEGIN; INSERT INTO backtest_runs (user_id) VALUES ({id})");
    other.batch_execute(&insert).await.unwrap();
    let client = app.client.clone();
    let deleting =
        tokio::spawn(async move { client.ghost_delete_as_planned(EMAIL, &planned).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("the delete waits for the row", || async {
        (app.number(waiting).await > 0).then_some(())
    })
    .await;
    other.batch_execute("COMMIT").await.unwrap();
    let refused = deleting.await.unwrap();
    assert_changed(&app, &refused, &["backtest_runs"], 1).await;
    assert_eq!(app.count("backtest_runs").await, 1);
}
