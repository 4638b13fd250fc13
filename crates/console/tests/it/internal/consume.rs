//! Spending an invitation.

use serde_json::{Value, json};

use crate::helpers::{CONSUME, Reply, TestApp, consume_body, token_of_row};

const EMAIL: &str = "ada@example.com";
const ATTEMPT: &str = "0198a7f0-0000-4000-8000-000000000001";

async fn with_attempt(app: &TestApp, token: &str, attempt: &str) -> Reply {
    let mut body = consume_body(token, &app.nda_version().await);
    body["attempt_id"] = attempt.into();
    app.as_raptor(CONSUME, &body).await
}

/// What consuming may write.
async fn written(app: &TestApp) -> [i64; 3] {
    [
        app.count("beta_walkthrough_tokens WHERE consumed_at IS NOT NULL").await,
        app.count("beta_nda_acknowledgements").await,
        app.count("audit_log").await,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consuming_spends_records_the_agreement_and_is_audited() {
    let app = TestApp::start().await;
    let (tester, id) = app.add_tester(EMAIL).await;
    let answer = app.consume(&token_of_row(id)).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"email": EMAIL, "name": "Ada"})));
    assert_eq!(app.tokens(EMAIL).await, ["consumed"]);
    let acknowledged = app.rows("SELECT email, nda_version FROM beta_nda_acknowledgements").await;
    let version = app.nda_version().await;
    assert_eq!(acknowledged, [json!({"email": EMAIL, "nda_version": version})]);
    let audited = app.audited("console.beta.walkthrough.consumed").await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0]["actor"], "raptor-api");
    assert_eq!(audited[0]["target_type"], "beta_tester");
    assert_eq!(audited[0]["target_id"], tester.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_used_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let refuse = async |reason: &str| {
        let refused = app.consume(&token_of_row(id)).await;
        refused.assert_error(409, "token_not_usable");
        assert_eq!(refused.json()["reason"], reason);
    };
    for (change, reason) in [
        ("expires_at = now() - interval '1 second'", "expired"),
        ("consumed_at = now() - interval '1 second'", "consumed"),
        ("revoked_at = now()", "revoked"),
    ] {
        app.sql(&format!("UPDATE beta_walkthrough_tokens SET {change}")).await;
        refuse(reason).await;
    }
    for unknown in ["nonsense".to_owned(), token_of_row(id + 1)] {
        let refused = app.consume(&unknown).await;
        refused.assert_error(409, "token_not_usable");
        assert_eq!(refused.json()["reason"], "unknown");
    }
    assert_eq!(written(&app).await, [1, 0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agreement_must_be_the_current_one_and_accepted() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let token = token_of_row(id);
    let version = app.nda_version().await;
    let old = app.as_raptor(CONSUME, &consume_body(&token, "an old one")).await;
    old.assert_error(409, "nda_version_outdated");
    assert_eq!(old.json()["nda_version"], version.as_str());
    let mut body = consume_body(&token, &version);
    body["nda_accepted"] = Value::Bool(false);
    app.as_raptor(CONSUME, &body).await.assert_error(400, "nda_not_accepted");
    body.as_object_mut().unwrap().remove("nda_accepted");
    app.as_raptor(CONSUME, &body).await.assert_error(400, "nda_not_accepted");
    assert_eq!(written(&app).await, [0, 0, 0]);
    assert_eq!(app.verify(&token).await["valid"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_is_judged_before_the_version_and_that_before_the_consent() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let mut body = consume_body(&token_of_row(id), "an old one");
    body["nda_accepted"] = Value::Bool(false);
    app.as_raptor(CONSUME, &body).await.assert_error(409, "nda_version_outdated");
    app.sql("UPDATE beta_walkthrough_tokens SET revoked_at = now()").await;
    app.as_raptor(CONSUME, &body).await.assert_error(409, "token_not_usable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_agreed_before_is_not_asked_again() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let version = app.nda_version().await;
    app.sql(&format!(
        "INSERT INTO beta_nda_acknowledgements (email, nda_version) VALUES ('{EMAIL}', '{version}')"
    ))
    .await;
    let body = json!({"token": token_of_row(id), "nda_version": version});
    assert_eq!(app.as_raptor(CONSUME, &body).await.status, 200);
    assert_eq!(written(&app).await, [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_attempt_is_answered_again_for_ten_minutes_and_writes_nothing() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let token = token_of_row(id);
    let first = with_attempt(&app, &token, ATTEMPT).await;
    assert_eq!(first.status, 200);
    let rows = app.rows("SELECT * FROM beta_walkthrough_tokens").await;
    let again = with_attempt(&app, &token, ATTEMPT).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(app.rows("SELECT * FROM beta_walkthrough_tokens").await, rows);
    assert_eq!(written(&app).await, [1, 1, 1]);

    let other = ATTEMPT.replace("001", "002");
    with_attempt(&app, &token, &other).await.assert_error(409, "token_not_usable");
    app.consume(&token).await.assert_error(409, "token_not_usable");
    app.sql("UPDATE beta_walkthrough_tokens SET consumed_at = now() - interval '601 seconds'")
        .await;
    with_attempt(&app, &token, ATTEMPT).await.assert_error(409, "token_not_usable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_on_a_token_that_was_revoked_meanwhile_is_not_repeated() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    assert_eq!(with_attempt(&app, &token_of_row(id), ATTEMPT).await.status, 200);
    app.sql("UPDATE beta_walkthrough_tokens SET revoked_at = now()").await;
    let refused = with_attempt(&app, &token_of_row(id), ATTEMPT).await;
    refused.assert_error(409, "token_not_usable");
    assert_eq!(refused.json()["reason"], "revoked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_attempts_at_once_spend_it_once() {
    let app = TestApp::start().await;
    for round in 0..20 {
        let email = format!("ada{round}@example.com");
        let (_, id) = app.add_tester(&email).await;
        let token = token_of_row(id);
        let other = ATTEMPT.replace("001", "002");
        let (a, b) =
            tokio::join!(with_attempt(&app, &token, ATTEMPT), with_attempt(&app, &token, &other));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    assert_eq!(written(&app).await, [20, 20, 20]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nothing_is_spent() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    app.break_audit_log().await;
    app.consume(&token_of_row(id)).await.assert_error(500, "audit_write_failed");
    assert_eq!(written(&app).await, [0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_order_is_refused() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester(EMAIL).await;
    let good = consume_body(&token_of_row(id), &app.nda_version().await);
    for (name, value) in
        [("attempt_id", json!("7")), ("nda_accepted", json!("yes")), ("more", json!(1))]
    {
        let mut body = good.clone();
        body[name] = value;
        app.as_raptor(CONSUME, &body).await.assert_error(400, "invalid_request");
    }
    assert_eq!(written(&app).await, [0, 0, 0]);
}
