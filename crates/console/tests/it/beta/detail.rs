//! One tester.

use ghost_contracts::raptor::{GHOST_CHECK_PATH, SIGNUP_TIMELINE_PATH};
use serde_json::{Value, json};
use test_support::postmark::Outcome;
use test_support::proxy::Rule;

use crate::helpers::{Reply, System, TestApp, token_of_row};

const EMAIL: &str = "ada@example.com";

fn members(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

/// A run that began that long ago and never ended; its id.
async fn begin_reset(app: &TestApp, tester: i64, seconds: i64) -> i64 {
    app.sql(&format!(
        "INSERT INTO beta_ghost_resets (tester_id, actor, step, started_at) \
         VALUES ({tester}, 'somebody', 'deleted', now() - interval '{seconds} seconds')"
    ))
    .await;
    app.number("SELECT max(id) FROM beta_ghost_resets").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_comes_with_all_that_is_known() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let (tester, token) = (invited["tester_id"].as_i64().unwrap(), &invited["token_id"]);
    let user = system.raptor.add_shell(EMAIL, 7).await;
    let body = operator.client.tester(tester).await.json();

    let parts =
        ["account", "audit", "interrupted_reset", "mails", "raptor_available", "tester", "tokens"];
    assert_eq!(members(&body), parts);
    assert_eq!(members(&body["tester"]), ["created_at", "email", "name", "tester_id"]);
    assert_eq!((&body["tester"]["email"], &body["tester"]["name"]), (&json!(EMAIL), &json!("Ada")));
    let account = ["active_session_count", "created_at", "credential_count", "state", "user_id"];
    assert_eq!(members(&body["account"]), account);
    assert_eq!(body["account"]["state"], "ghost_empty_shell");
    assert_eq!(body["account"]["user_id"], user);
    assert_eq!(body["raptor_available"], true);
    assert_eq!(body["tokens"].as_array().unwrap().len(), 1);
    let times = ["consumed_at", "created_at", "expires_at", "revoked_at", "token_id"];
    assert_eq!(members(&body["tokens"][0]), times);
    assert_eq!(&body["tokens"][0]["token_id"], token);
    assert!(body["tokens"][0]["created_at"].as_str().unwrap().ends_with('Z'));
    let mail = [
        "accepted_at",
        "attempts",
        "created_at",
        "delivery",
        "delivery_at",
        "delivery_detail",
        "kind",
        "last_error",
        "mail_id",
        "next_attempt_at",
        "status",
        "to",
    ];
    assert_eq!(members(&body["mails"][0]), mail);
    assert_eq!(body["mails"][0]["status"], "accepted");
    assert_eq!(body["mails"][0]["to"], EMAIL);
    let columns = ["action", "actor", "id", "occurred_at", "payload", "target_id", "target_type"];
    assert_eq!(members(&body["audit"][0]), columns);
    assert_eq!(body["audit"][0]["action"], "console.beta.tester.invited");
    assert_eq!(body["interrupted_reset"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_raptor_is_away_everything_else_is_there() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester(EMAIL).await;
    operator.client.tester(tester).await;
    for path in [GHOST_CHECK_PATH, SIGNUP_TIMELINE_PATH] {
        system.to_raptor.always(path, Rule::Cut);
    }
    let body = operator.client.tester(tester).await.json();
    assert_eq!((&body["account"], &body["raptor_available"]), (&json!(null), &json!(false)));
    assert_eq!(body["tester"]["email"], EMAIL);
    let page = operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    page.assert_page(200, "Raptor is not reachable");
    page.assert_page(200, "</time>: Not started, no account yet.");
    page.assert_page(200, "Raptor is not reachable, so passkey prompts are missing here.");
    assert!(!page.text.contains("ghost_no_users_row"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_audit_rows_of_this_tester_are_shown_newest_first() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    let (other, _) = app.add_tester("grace@example.com").await;
    operator.client.resend(other).await;
    operator.client.resend(tester).await;
    operator.client.resend(tester).await;
    app.sql(&format!(
        "INSERT INTO audit_log (actor, action, target_type, target_id) \
         VALUES ('cli', 'x', 'another_thing', '{tester}')"
    ))
    .await;
    let body = operator.client.tester(tester).await.json();
    let ids: Vec<i64> =
        body["audit"].as_array().unwrap().iter().map(|e| e["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0] > ids[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_that_never_ended_counts_as_interrupted_after_30_seconds() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    app.switch_ghost_reset(true).await;
    let (tester, _) = app.add_tester(EMAIL).await;
    begin_reset(app, tester, 20).await;
    assert_eq!(operator.client.tester(tester).await.json()["interrupted_reset"], Value::Null);
    let reset = begin_reset(app, tester, 31).await;
    let found = operator.client.tester(tester).await.json()["interrupted_reset"].clone();
    assert_eq!(members(&found), ["actor", "outcome", "reset_id", "started_at", "step"]);
    assert_eq!(found["reset_id"], reset);
    let shown = [&found["actor"], &found["step"], &found["outcome"]];
    assert_eq!(shown, [&json!("somebody"), &json!("deleted"), &Value::Null]);
    let page = operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    page.assert_page(200, "A ghost reset was interrupted.");
    page.assert_page(200, "Run the ghost reset again");

    app.sql("UPDATE beta_ghost_resets SET finished_at = now(), outcome = 'unknown'").await;
    let found = operator.client.tester(tester).await.json()["interrupted_reset"].clone();
    assert_eq!(found["outcome"], "unknown");
    app.sql("UPDATE beta_ghost_resets SET finished_at = now(), outcome = 'failed'").await;
    assert_eq!(operator.client.tester(tester).await.json()["interrupted_reset"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_reset_is_overtaken_once_the_account_is_seen_healthy() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("readonly").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    let old = begin_reset(app, tester, 31).await;
    let running = begin_reset(app, tester, 5).await;
    assert!(!operator.client.tester(tester).await.json()["interrupted_reset"].is_null());
    system.raptor.add_healthy(EMAIL).await;
    assert!(operator.client.tester(tester).await.json()["interrupted_reset"].is_null());
    let outcome = async |id: i64| {
        let query = format!("SELECT outcome, finished_at FROM beta_ghost_resets WHERE id = {id}");
        app.rows(&query).await[0].clone()
    };
    assert_eq!(outcome(old).await["outcome"], "overtaken");
    assert!(!outcome(old).await["finished_at"].is_null());
    assert!(outcome(running).await["outcome"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_no_tester_is_not_found() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for id in ["999", "ada", "-1", "1e3", "99999999999999999999"] {
        let path = format!("/console/beta/testers/{id}");
        operator.client.get(&path).await.assert_error(404, "tester_not_found");
        operator.client.page(&path).await.assert_page(404, "There is no such tester.");
    }
}

async fn page_of(system: &System, role: &str, tester: i64) -> Reply {
    let operator = system.console.enrol_as(&format!("{role}@page.example"), role).await;
    operator.client.page(&format!("/console/beta/testers/{tester}")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_can_be_reset_by_a_superadmin_and_others_are_told_why_not() {
    let system = System::start().await;
    system.console.switch_ghost_reset(true).await;
    let (tester, token) = system.console.add_tester(EMAIL).await;
    system.console.consume(&token_of_row(token)).await;
    let shell = system.raptor.add_shell(EMAIL, 10).await;
    let button = format!(
        "<a class=\"button danger\" href=\"/console/beta/testers/{tester}/ghost-reset\" \
         data-reset aria-describedby=\"about-reset\">Ghost reset…</a>"
    );
    let page = page_of(&system, "superadmin", tester).await;
    page.assert_page(200, &button);
    page.assert_page(200, "/console/assets/reset.js");
    for script in ["reset.js", "countdown.js"] {
        let script = system.console.client.get(&format!("/console/assets/{script}")).await;
        assert_eq!(script.status, 200, "{script:?}");
    }
    page.assert_page(200, "never finished: no passkey, no session");
    page.assert_page(200, &format!("number {shell}"));
    for role in ["support", "readonly"] {
        let page = page_of(&system, role, tester).await;
        page.assert_page(200, "disabled aria-describedby=\"about-reset\">Ghost reset…");
        page.assert_page(200, "What it would do");
        page.assert_page(200, "Only superadmins can do this.");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_ghost_has_no_reset_button() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    let page = async || operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    let invited = page().await;
    invited.assert_page(200, "Not started");
    assert!(!invited.text.contains("/ghost-reset"));
    system.raptor.add_shell(EMAIL, 1).await;
    let signing_up = page().await;
    signing_up.assert_page(200, "The 5 minutes end");
    signing_up.assert_page(200, "data-countdown=\"2");
    assert!(!signing_up.text.contains("/ghost-reset"));
    system.raptor.sql("DELETE FROM users").await;
    system.raptor.add_healthy(EMAIL).await;
    let healthy = page().await;
    healthy.assert_page(200, "Nothing needs to be done.");
    assert!(!healthy.text.contains("/ghost-reset"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_has_just_accepted_may_be_on_the_way() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    app.consume(&token_of_row(token)).await;
    let path = format!("/console/beta/testers/{tester}");
    let warning = "They may be in the middle of it.";
    operator.client.page(&path).await.assert_page(200, warning);
    app.sql("UPDATE beta_walkthrough_tokens SET consumed_at = now() - interval '301 seconds'")
        .await;
    assert!(!operator.client.page(&path).await.text.contains(warning));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_failed_is_explained_without_its_link() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    system.postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let tester = invited["tester_id"].as_i64().unwrap();
    let body = operator.client.tester(tester).await.json();
    let mail = &body["mails"][0];
    assert_eq!((&mail["status"], &mail["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!((&mail["accepted_at"], &mail["next_attempt_at"]), (&json!(null), &json!(null)));
    assert!(mail["last_error"].as_str().unwrap().contains("inactive"));
    let page = operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    page.assert_page(200, "Show the link");
    assert!(!page.text.contains("token="));
}
