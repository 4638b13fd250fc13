//! What is refused by the head of a request alone, before its body has come.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::helpers::{INTERNAL_SECRET, TestApp, VERIFY};
use ghost_contracts::service_token::{self, Party, SigningKey};
use service_kit::clock::Clock;

/// What comes back to a head whose body never comes.
async fn answer_to(app: &TestApp, head: &str) -> String {
    let address = app.client.base().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    // Far less than the 10 s for which a body is waited.
    let read = async {
        let mut chunk = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains("\r\n\r\n") {
            match stream.read(&mut chunk).await.unwrap() {
                0 => break,
                many => seen.extend_from_slice(&chunk[..many]),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(8), read).await.unwrap();
    String::from_utf8(seen).unwrap()
}

fn bearer(secret: &str, method: &str) -> String {
    let key = SigningKey::new(secret.into()).unwrap();
    let now = Clock::system().now();
    service_token::sign(&key, Party::Raptor, method, VERIFY, b"another body", now)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_is_waited_for_from_somebody_without_a_token() {
    let app = TestApp::start().await;
    let head = |length: &str, authorization: &str| {
        format!(
            "POST {VERIFY} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             {length}\r\n{authorization}\r\n\r\n"
        )
    };
    let other = bearer("another-secret-of-the-tests-32-bytes", "POST");
    for authorization in [
        "x-nothing: x".to_owned(),
        "authorization: Basic eDp5".to_owned(),
        "authorization: Bearer x".to_owned(),
        format!("authorization: Bearer {INTERNAL_SECRET}"),
        format!("authorization: Bearer {other}"),
        format!("authorization: Bearer {}", bearer(INTERNAL_SECRET, "PUT")),
    ] {
        for length in ["content-length: 200000", "transfer-encoding: chunked"] {
            let answer = answer_to(&app, &head(length, &authorization)).await;
            assert!(answer.starts_with("HTTP/1.1 401 "), "{authorization}: {answer}");
            assert!(answer.contains("www-authenticate: Bearer"), "{answer}");
        }
        // The size comes first.
        let answer = answer_to(&app, &head("content-length: 262145", &authorization)).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{authorization}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_from_somebody_without_the_webhooks_password_or_a_session() {
    let app = TestApp::start_with(&[("POSTMARK_WEBHOOK_SECRET", "a secret of the tests")]).await;
    for path in ["/api/webhooks/postmark", "/console/flags/beta_ghost_reset"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n\
             content-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        );
        let answer = answer_to(&app, &head).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_at_all_is_answered_without_a_word_about_us() {
    let app = TestApp::start().await;
    for (head, status) in [
        ("nonsense\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(140_000)), "431"),
    ] {
        let answer = answer_to(&app, &head).await.to_lowercase();
        assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{answer}");
        assert!(!answer.contains("server:") && !answer.contains("actix"), "{answer}");
    }
}
