//! `POST /api/auth/register/report`.

use chrono::TimeDelta;
use ghost_contracts::signup::ClientError;
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Ask, BootstrapPayload, ORIGIN, Options, TestApp, on_both_stores};

const PATH: &str = "/api/auth/register/report";
const EMAIL: &str = "ada@example.com";

/// What is told of each attempt's end in the browser, the newest first.
async fn reports(app: &TestApp) -> Vec<Value> {
    let timeline = app.client.signup_timeline(EMAIL).await.json();
    let attempts = timeline["attempts"].as_array().unwrap();
    attempts.iter().map(|attempt| attempt["reported"].clone()).collect()
}

async fn report(app: &TestApp, token: &str) {
    let reply = app.client.report(token, "NotAllowedError", 58_012).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_says_how_the_ceremony_ended_in_the_browser() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    report(&app, &token).await;
    let reports = reports(&app).await;
    assert_eq!(reports[0]["error"], "NotAllowedError");
    assert_eq!(reports[0]["elapsed_ms"], 58_012);
    assert!(reports[0]["at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_end_of_the_list_is_taken_and_no_other() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    for error in ClientError::ALL {
        app.begun(&token).await;
        assert_eq!(app.client.report(&token, error.as_str(), 1).await.status, 204);
        assert_eq!(reports(&app).await[0]["error"], error.as_str());
    }
    app.begun(&token).await;
    for error in ["", "notallowederror", "My name is Ada", "TimeoutError"] {
        app.client.report(&token, error, 1).await.assert_error(400, "invalid_request");
    }
    assert_eq!(reports(&app).await[0], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_an_hour_counts_as_an_hour() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    for (said, noted) in
        [(0, 0), (3_600_000, 3_600_000), (3_600_001, 3_600_000), (u32::MAX, 3_600_000)]
    {
        app.begun(&token).await;
        assert_eq!(app.client.report(&token, "NeverSettled", said).await.status, 204);
        assert_eq!(reports(&app).await[0]["elapsed_ms"], noted);
    }
    for elapsed in [json!(-1), json!(4_294_967_296_u64), json!(1.5), json!("1"), json!(null)] {
        let body = json!({"token": token, "error": "Other", "elapsed_ms": elapsed});
        app.client.post(PATH, &body).await.assert_error(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_belongs_to_the_newest_attempt_of_its_own_token_and_to_no_other() {
    let app = TestApp::start().await;
    let (token, other) = (app.mint(EMAIL).await, app.mint(EMAIL).await);
    for token in [&token, &token, &other] {
        app.begun(token).await;
    }
    // The second one came too late, or twice: nothing is known of the attempt before.
    for _ in 0..2 {
        report(&app, &token).await;
        let told = reports(&app).await;
        let reported: Vec<bool> = told.iter().map(|report| !report.is_null()).collect();
        assert_eq!(reported, [false, true, false]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_report_does_not_replace_the_first() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    report(&app, &token).await;
    let first = reports(&app).await;
    assert_eq!(app.client.report(&token, "AbortError", 1).await.status, 204);
    assert_eq!(reports(&app).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_may_be_nothing_to_report_on() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    report(&app, &token).await;
    assert_eq!(app.count("signup_attempts").await, 0);
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_link_can_report_but_it_has_nothing_to_say_any_more() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
    report(&app, &token).await;
    // The newest made a passkey, and it is not about the one before.
    assert_eq!(reports(&app).await, [Value::Null, Value::Null]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_from_before_a_reset_reports_nothing() {
    let app = TestApp::start().await;
    let now = app.number("SELECT floor(extract(epoch FROM now()))").await;
    let old = BootstrapPayload::new(&app, EMAIL).issued_at(now - 1).sign();
    app.begun(&old).await;
    app.sql("UPDATE users SET created_at = now() - interval '1 hour'").await;
    assert_eq!(app.client.ghost_delete(EMAIL).await.status, 204);
    report(&app, &old).await;
    assert_eq!(app.client.report(&old, "PasskeysUnavailable", 0).await.status, 204);
    assert_eq!(reports(&app).await, [Value::Null]);
    // A new link can.
    let new = app.mint(EMAIL).await;
    app.begun(&new).await;
    report(&app, &new).await;
    assert_eq!(reports(&app).await[0]["error"], "NotAllowedError");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_can_report_for_an_hour_after_its_life() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    app.let_pass(TimeDelta::minutes(30 + 59));
    report(&app, &token).await;
    assert_eq!(app.count("signup_attempts WHERE client_error = 'NotAllowedError'").await, 1);
    app.let_pass(TimeDelta::minutes(2));
    let late = app.client.report(&token, "Other", 1).await;
    late.assert_error(400, "invalid_signup_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_link_of_ours_reports_nothing() {
    let app = TestApp::start().await;
    let good = BootstrapPayload::new(&app, EMAIL);
    let early = good.clone().issued_at(good.iat + 60);
    let forged = good.sign_with("another-key-of-the-tests-0123456789-012");
    app.begun(&good.sign()).await;
    for token in ["", "nonsense", &forged, &early.sign()] {
        let refused = app.client.report(token, "Other", 1).await;
        refused.assert_error(400, "invalid_signup_link");
        assert_eq!(refused.json()["message"], "Invalid or expired signup link");
    }
    assert_eq!(reports(&app).await, [Value::Null]);
}

on_both_stores! {
    async fn a_report_moves_neither_the_challenge_nor_the_link_nor_the_account(app: TestApp) {
        let token = app.mint(EMAIL).await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let before = app.client.ghost_check(EMAIL).await.json();
        report(&app, &token).await;
        assert_eq!(app.client.ghost_check(EMAIL).await.json(), before);
        assert_eq!(app.count("bootstrap_token_uses").await, 0);
        assert_eq!(app.client.verify(&token, &credential).await.status, 200);
        // The report stays beside the completion: both are true.
        assert_eq!(reports(&app).await[0]["error"], "NotAllowedError");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_from_another_site_with_our_cookie_is_refused() {
    let app = TestApp::start().await;
    let (_, mut passkey) = app.sign_up("bob@example.com").await;
    let cookie = app.sign_in(&mut passkey).await.cookie();
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    let body = json!({"token": token, "error": "Other", "elapsed_ms": 1});
    let ask = Ask::json(PATH, &body).cookie(cookie).header("sec-fetch-site", "cross-site");
    app.client.send(ask).await.assert_error(403, "cross_origin");
    assert_eq!(reports(&app).await, [Value::Null]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_count_for_the_rate_limit_and_are_not_there_while_registration_is_off() {
    let app = TestApp::start_with_variable("PUBLIC_RATE_LIMIT", "1").await;
    app.client.report("x", "Other", 1).await.assert_error(400, "invalid_signup_link");
    app.client.report("x", "Other", 1).await.assert_error(429, "rate_limited");
    let variables = vec![("FLAG_WEBAUTHN_REGISTRATION", "0".to_owned())];
    let off = TestApp::start_with(Options { variables, ..Options::default() }).await;
    off.client.report("x", "Other", 1).await.assert_error(404, "not_found");
}
