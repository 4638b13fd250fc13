//! A browser without passkeys never begins. What is noted of it is a row of its own, beside the
//! attempts that the same link began in another browser.

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{ORIGIN, TestApp};

const EMAIL: &str = "ada@example.com";

/// Says that this browser has no passkeys.
async fn report(app: &TestApp, token: &str) {
    let reply = app.client.report(token, "PasskeysUnavailable", 0).await;
    assert_eq!(reply.status, 204, "{reply:?}");
}

/// How each attempt ended, the newest first: in the browser, refused, completed.
async fn ends(app: &TestApp) -> Vec<(Value, Value, bool)> {
    let timeline = app.client.signup_timeline(EMAIL).await.json();
    let attempts = timeline["attempts"].as_array().unwrap();
    let end = |attempt: &Value| {
        let (reported, failed) = (&attempt["reported"]["error"], &attempt["failed"]["reason"]);
        (reported.clone(), failed.clone(), attempt["completed_at"].is_string())
    };
    attempts.iter().map(end).collect()
}

fn never_begun() -> (Value, Value, bool) {
    (json!("PasskeysUnavailable"), Value::Null, false)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_of_once_though_it_never_began() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    for _ in 0..2 {
        report(&app, &token).await;
    }
    assert_eq!(app.client.report(&token, "NotAllowedError", 0).await.status, 204);
    assert_eq!(ends(&app).await, [never_begun()]);
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_of_once_however_often_it_says_so_at_once() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    futures_util::future::join_all((0..8).map(|_| report(&app, &token))).await;
    assert_eq!(ends(&app).await, [never_begun()]);
    // And the table holds that.
    let twice = "INSERT INTO signup_attempts \
                   (email, nonce_sha256, reported_at, client_error, elapsed_ms) \
                 SELECT email, nonce_sha256, reported_at, client_error, elapsed_ms \
                 FROM signup_attempts";
    let mut connection = app.database.connect().await;
    assert!(connection.batch_execute(twice).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_in_another_browser_is_not_blamed() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.begun(&token).await;
    report(&app, &token).await;
    assert_eq!(ends(&app).await, [never_begun(), (Value::Null, Value::Null, false)]);
    // What that one says of itself is noted of that one.
    assert_eq!(app.client.report(&token, "NotAllowedError", 9).await.status, 204);
    let cancelled = (json!("NotAllowedError"), Value::Null, false);
    assert_eq!(ends(&app).await, [never_begun(), cancelled]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_neither_completes_nor_fails() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let mut wrong = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    wrong.client_data.challenge = "AAAA".to_owned();
    report(&app, &token).await;
    let refused = app.client.verify(&token, &wrong.build()).await;
    refused.assert_error(400, "passkey_verification_failed");
    let failed = (Value::Null, json!("passkey_verification_failed"), false);
    assert_eq!(ends(&app).await, [never_begun(), failed]);

    let bobs = "bob@example.com";
    let token = app.mint(bobs).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    report(&app, &token).await;
    assert_eq!(app.client.verify(&token, &credential).await.status, 200);
    let told = app.client.signup_timeline(bobs).await.json();
    assert_eq!(told["attempts"][0]["completed_at"], Value::Null);
    assert!(told["attempts"][1]["completed_at"].is_string(), "{told}");
    // And the table holds that.
    for end in ["completed_at = now()", "failed_at = now(), failure = 'signup_session_not_found'"] {
        let sql =
            format!("UPDATE signup_attempts SET {end} WHERE client_error = 'PasskeysUnavailable'");
        let mut connection = app.database.connect().await;
        assert!(connection.batch_execute(&sql).await.is_err(), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_counts_for_the_twenty_that_are_kept_and_pushes_out_nothing_when_it_is_told_again() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO signup_attempts (email, nonce_sha256, begun_at) \
         SELECT 'ada@example.com', sha256(''), now() - n * interval '1 minute' \
         FROM generate_series(1, 22) AS n",
    )
    .await;
    let token = app.mint(EMAIL).await;
    let oldest = "SELECT round(extract(epoch FROM now() - min(begun_at)) / 60) \
                  FROM signup_attempts";
    for _ in 0..3 {
        report(&app, &token).await;
        assert_eq!(app.count("signup_attempts").await, 20);
        assert_eq!(app.number(oldest).await, 19);
    }
}
