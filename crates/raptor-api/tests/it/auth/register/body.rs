//! What a body of the register calls may look like.

use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Ask, ORIGIN, TestApp, on_both_stores};

const BEGIN: &str = "/api/auth/register/begin-with-token";
const VERIFY: &str = "/api/auth/register/verify-with-token";
const REPORT: &str = "/api/auth/register/report";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_body_is_an_invalid_request() {
    let app = TestApp::start().await;
    for path in [BEGIN, VERIFY, REPORT] {
        for body in ["", "{", "[]", "null", "7", r#"{"token":7}"#, r#"{"token":"a"} {}"#] {
            let reply = app.client.send(Ask::post(path, "application/json", body)).await;
            reply.assert_error(400, "invalid_request");
        }
        for body in [json!({}), json!({"token": "a", "more": 1}), json!({"token": null})] {
            app.client.post(path, &body).await.assert_error(400, "invalid_request");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_never_comes_back_in_an_error() {
    let app = TestApp::start().await;
    let body = json!({"token": "a-secret-token", "a-secret-member": 1});
    let reply = app.client.post(BEGIN, &body).await;
    reply.assert_error(400, "invalid_request");
    assert!(!reply.text.contains("a-secret-token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_content_type_is_refused() {
    let app = TestApp::start().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let reply = app.client.send(Ask::post(BEGIN, content_type, "{}")).await;
        reply.assert_error(415, "unsupported_media_type");
    }
    let with_charset = "application/json; charset=utf-8";
    let token = app.mint("ada@example.com").await;
    let body = json!({"token": token}).to_string();
    assert_eq!(app.client.send(Ask::post(BEGIN, with_charset, body)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_over_64_kib_is_refused() {
    let app = TestApp::start().await;
    let body = |size: usize| {
        let body = json!({"token": "a".repeat(size - 12)}).to_string();
        assert_eq!(body.len(), size);
        Ask::post(BEGIN, "application/json", body)
    };
    app.client.send(body(65_537)).await.assert_error(413, "payload_too_large");
    app.client.send(body(65_536)).await.assert_error(400, "invalid_signup_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_and_paths_are_named_as_such() {
    let app = TestApp::start().await;
    let reply = app.client.get(BEGIN).await;
    reply.assert_error(405, "method_not_allowed");
    assert_eq!(reply.header("allow"), "POST");
    app.client.get("/api/auth/register/elsewhere").await.assert_error(404, "not_found");
    // JSON under /api/, whatever a browser would like to see.
    app.client.page("/api/auth/elsewhere").await.assert_error(404, "not_found");
}

on_both_stores! {
    async fn what_does_not_parse_as_a_credential_does_not_consume_the_challenge(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let options = app.begun(&token).await;
        let good = SoftwarePasskey::new().create(&options, ORIGIN);
        for bad in malformed(&good) {
            let reply = app.client.verify(&token, &bad).await;
            assert_eq!((reply.status, reply.code().as_str()), (400, "invalid_request"), "{bad}");
        }
        assert_eq!(app.client.verify(&token, &good).await.status, 200);
    }
}

/// The credential, each time wrong in one place.
fn malformed(good: &Value) -> Vec<Value> {
    let mut bad = Vec::new();
    for member in
        ["/id", "/rawId", "/type", "/response/clientDataJSON", "/response/attestationObject"]
    {
        let (parent, name) = member.rsplit_once('/').unwrap();
        let mut missing = good.clone();
        missing.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        bad.push(missing);
        for value in [json!(7), json!(null), json!("with = padding="), json!("white space")] {
            let mut wrong = good.clone();
            *wrong.pointer_mut(member).unwrap() = value;
            bad.push(wrong);
        }
    }
    bad
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_browsers_add_to_a_credential_are_ignored() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let mut credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    credential["somethingNew"] = json!({"deep": [1, 2]});
    credential["response"]["somethingNewer"] = json!("text");
    assert_eq!(app.client.verify(&token, &credential).await.status, 200);
}
