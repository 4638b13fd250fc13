//! In which order a request is judged (section 2 of the contracts): flag, rate, size, media
//! type, body, token, account, signup session, credential. Each request here is wrong in two
//! places, and the first of them is named.

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Ask, ORIGIN, Options, TestApp};

const BEGIN: &str = "/api/auth/register/begin-with-token";
const VERIFY: &str = "/api/auth/register/verify-with-token";
const REPORT: &str = "/api/auth/register/report";

fn huge(path: &str) -> Ask<'_> {
    Ask::post(path, "text/plain", "a".repeat(70_000))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flag_comes_before_the_rate() {
    let variables =
        vec![("FLAG_WEBAUTHN_REGISTRATION", "0".to_owned()), ("PUBLIC_RATE_LIMIT", "1".to_owned())];
    let app = TestApp::start_with(Options { variables, ..Options::default() }).await;
    for _ in 0..3 {
        for path in [BEGIN, VERIFY, REPORT] {
            app.client.send(huge(path)).await.assert_error(404, "not_found");
            app.client.get(path).await.assert_error(404, "not_found");
        }
    }
    // Signing in goes on; these requests were not counted.
    assert_eq!(app.client.login_begin().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_comes_before_the_size() {
    let app = TestApp::start_with_variable("PUBLIC_RATE_LIMIT", "1").await;
    app.client.send(huge(BEGIN)).await.assert_error(413, "payload_too_large");
    app.client.send(huge(BEGIN)).await.assert_error(429, "rate_limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_size_comes_before_the_media_type_and_that_before_the_body() {
    let app = TestApp::start().await;
    for path in [BEGIN, VERIFY, REPORT] {
        app.client.send(huge(path)).await.assert_error(413, "payload_too_large");
        let neither = Ask::post(path, "text/plain", "{");
        app.client.send(neither).await.assert_error(415, "unsupported_media_type");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_body_comes_before_the_token() {
    let app = TestApp::start().await;
    let body = json!({"token": "bad", "credential": {}});
    app.client.post(VERIFY, &body).await.assert_error(400, "invalid_request");
    let body = json!({"token": "bad", "error": "Nonsense", "elapsed_ms": 1});
    app.client.post(REPORT, &body).await.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_comes_before_the_account() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    assert_eq!(app.client.verify(&token, &credential).await.status, 200);
    // The token is used, and the account in use.
    app.client.verify(&token, &credential).await.assert_error(400, "invalid_signup_link");
    app.client.begin(&token).await.assert_error(400, "invalid_signup_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_comes_before_the_signup_session() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    app.sign_up("ada@example.com").await;
    // The account is in use, and its challenge is consumed.
    app.client.verify(&token, &credential).await.assert_error(409, "already_registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_signup_session_comes_before_the_credential() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let mut registration = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    registration.client_data.origin = "https://elsewhere.example".to_owned();
    app.expire_ceremonies().await;
    let reply = app.client.verify(&token, &registration.build()).await;
    reply.assert_error(400, "signup_session_not_found");
}
