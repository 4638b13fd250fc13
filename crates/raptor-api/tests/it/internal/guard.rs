//! The guard in front of `/api/internal/` (section 4 of the contracts): each request here is
//! wrong in one place. What a token itself can be wrong in is tested where tokens are judged.

use ghost_contracts::service_token::{self, Party, SigningKey};
use serde_json::json;
use service_kit::clock::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::helpers::{Ask, INTERNAL_SECRET, Reply, TestApp};

const CHECK: &str = "/api/internal/users/ghost-check";
const BODY: &str = r#"{"email":"ada@example.com"}"#;
const PREVIOUS: &str = "the-secret-before-the-rotation-0123456";

fn signed(secret: &str, issuer: Party, method: &str, path: &str, body: &str) -> String {
    let key = SigningKey::new(secret.to_owned().into()).unwrap();
    let now = Clock::system().now();
    let token = service_token::sign(&key, issuer, method, path, body.as_bytes(), now);
    format!("Bearer {token}")
}

fn good() -> String {
    signed(INTERNAL_SECRET, Party::Console, "POST", CHECK, BODY)
}

async fn ask(app: &TestApp, authorization: &str, path: &str, body: &str) -> Reply {
    let ask = Ask::post(path, "application/json", body);
    app.client.send(ask.header("authorization", authorization)).await
}

#[track_caller]
fn assert_unauthorized(reply: &Reply) {
    reply.assert_error(401, "unauthorized");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let app = TestApp::start().await;
    let used = good();
    assert_eq!(ask(&app, &used, CHECK, BODY).await.status, 200);
    let other = "another-secret-of-the-tests-0123456789";
    let mut bodies = std::collections::BTreeSet::new();
    for bad in [
        String::new(),
        "Bearer".to_owned(),
        "Basic Zm9vOmJhcg==".to_owned(),
        format!("Bearer {INTERNAL_SECRET}"),
        signed(other, Party::Console, "POST", CHECK, BODY),
        signed(INTERNAL_SECRET, Party::Raptor, "POST", CHECK, BODY),
        signed(INTERNAL_SECRET, Party::Console, "PUT", CHECK, BODY),
        signed(INTERNAL_SECRET, Party::Console, "POST", "/api/internal/users/ghost-delete", BODY),
        signed(INTERNAL_SECRET, Party::Console, "POST", CHECK, "{}"),
        used,
    ] {
        let reply = ask(&app, &bad, CHECK, BODY).await;
        assert_unauthorized(&reply);
        bodies.insert(reply.text);
    }
    let without = app.client.send(Ask::post(CHECK, "application/json", BODY)).await;
    assert_unauthorized(&without);
    bodies.insert(without.text);
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_a_rotation_both_secrets_are_good() {
    let app = TestApp::start_with_variable("RAPTOR_INTERNAL_TOKEN_PREVIOUS", PREVIOUS).await;
    let old = signed(PREVIOUS, Party::Console, "POST", CHECK, BODY);
    assert_eq!(ask(&app, &old, CHECK, BODY).await.status, 200);
    assert_eq!(ask(&app, &good(), CHECK, BODY).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_size_comes_before_the_token_and_that_before_all_else() {
    let app = TestApp::start().await;
    let huge = "a".repeat(256 * 1024 + 1);
    app.client
        .send(Ask::post(CHECK, "text/plain", huge))
        .await
        .assert_error(413, "payload_too_large");
    let with = |method: &str, path: &'static str, content_type: &str, body: &'static str| {
        let token = signed(INTERNAL_SECRET, Party::Console, method, path, body);
        Ask::post(path, content_type, body)
            .header("authorization", token)
            .method(method.parse().unwrap())
    };
    let elsewhere = "/api/internal/elsewhere";
    app.client.send(with("GET", elsewhere, "text/plain", "{")).await.assert_error(404, "not_found");
    let other_method = app.client.send(with("PUT", CHECK, "text/plain", "{")).await;
    other_method.assert_error(405, "method_not_allowed");
    assert_eq!(other_method.header("allow"), "POST");
    let text = with("POST", CHECK, "text/plain", "{");
    app.client.send(text).await.assert_error(415, "unsupported_media_type");
    let broken = with("POST", CHECK, "application/json", "{");
    app.client.send(broken).await.assert_error(400, "invalid_request");
}

/// The first line of what is answered to a body that is sent in chunks.
async fn chunked(app: &TestApp, authorization: &str, body: &str, end: &str) -> String {
    let mut stream = TcpStream::connect(app.client.address()).await.unwrap();
    let head = format!(
        "POST {CHECK} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\nauthorization: {authorization}\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n{end}",
        body.len()
    );
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let sending = writing.write_all(head.as_bytes());
    let _ = tokio::join!(sending, reading.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_size_comes_first_also_where_no_length_is_announced() {
    let app = TestApp::start().await;
    let huge = "a".repeat(256 * 1024 + 1);
    for (authorization, body, end, status) in [
        ("", huge.as_str(), "0\r\n\r\n", "413"),
        ("", BODY, "0\r\n\r\n", "401"),
        // It breaks off; whose it is comes before that.
        ("", BODY, "no chunk\r\n", "401"),
        (&good(), BODY, "no chunk\r\n", "400"),
        (&good(), BODY, "0\r\n\r\n", "200"),
    ] {
        let line = chunked(&app, authorization, body, end).await;
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_256_kib_is_read() {
    let app = TestApp::start().await;
    let path = "/api/internal/users/ghost-check-batch";
    let mut body = json!({"emails": ["ada@example.com"]}).to_string();
    body.extend(std::iter::repeat_n(' ', 256 * 1024 - body.len()));
    let token = signed(INTERNAL_SECRET, Party::Console, "POST", path, &body);
    assert_eq!(ask(&app, &token, path, &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_taken_once_by_all_processes_together() {
    let app = TestApp::start().await;
    let token = good();
    let asks = (0..8).map(|_| ask(&app, &token, CHECK, BODY));
    let replies = futures_util::future::join_all(asks).await;
    let taken = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(taken, 1);
    let kept = "SELECT round(extract(epoch FROM expires_at - now())) FROM service_token_uses";
    let kept = app.number(kept).await;
    assert!((65..=70).contains(&kept), "{kept}");
}
