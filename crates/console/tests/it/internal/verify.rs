//! What an invitation is worth.

use serde_json::json;

use crate::helpers::{Ask, CONSOLE_SECRET, TestApp, VERIFY, token_of_row, token_signed_with};

fn refused(reason: &str) -> serde_json::Value {
    json!({"valid": false, "reason": reason})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_invitation_comes_with_the_tester_and_the_agreement() {
    let app = TestApp::start().await;
    let (_, token) = app.add_tester("ada@example.com").await;
    let answer = app.verify(&token_of_row(token)).await;
    let document = &app.rows("SELECT version, text FROM nda_documents").await[0];
    let expected = json!({
        "valid": true, "email": "ada@example.com", "name": "Ada",
        "nda_version": document["version"], "nda_text": document["text"],
        "nda_acknowledged": false,
    });
    assert_eq!(answer, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_spends_nothing_and_notes_once_that_the_link_was_opened() {
    let app = TestApp::start().await;
    let (_, token) = app.add_tester("ada@example.com").await;
    let opened = "SELECT first_opened_at FROM beta_walkthrough_tokens";
    assert!(app.rows(opened).await[0]["first_opened_at"].is_null());
    app.verify(&token_of_row(token)).await;
    let first = app.rows(opened).await;
    assert!(!first[0]["first_opened_at"].is_null());
    assert_eq!(app.verify(&token_of_row(token)).await["valid"], true);
    assert_eq!(app.rows(opened).await, first);
    assert_eq!(app.count("audit_log").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_token_of_ours_is_unknown() {
    let app = TestApp::start().await;
    let (_, token) = app.add_tester("ada@example.com").await;
    let good = token_of_row(token);
    let (body, signature) = good.rsplit_once('.').unwrap();
    let wrong_signature = format!("{body}.{}", signature.chars().rev().collect::<String>());
    let other_key = token_signed_with("another secret of at least 32 bytes, not ours", token);
    for text in ["", "7", "a.b.c", body, &wrong_signature, &other_key, &"x".repeat(9000)] {
        assert_eq!(app.verify(text).await, refused("unknown"), "{text}");
    }
    assert_eq!(app.verify(&token_of_row(token + 1)).await, refused("unknown"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_row_says_why_an_invitation_cannot_be_used() {
    let app = TestApp::start().await;
    let (_, id) = app.add_tester("ada@example.com").await;
    let token = token_of_row(id);
    for (change, reason) in [
        ("expires_at = now() - interval '1 second'", "expired"),
        ("consumed_at = now()", "consumed"),
        ("revoked_at = now()", "revoked"),
    ] {
        app.sql(&format!("UPDATE beta_walkthrough_tokens SET {change}")).await;
        assert_eq!(app.verify(&token).await, refused(reason));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agreement_published_last_is_the_one_and_is_asked_for_anew() {
    let app = TestApp::start().await;
    let (_, token) = app.add_tester("ada@example.com").await;
    let version = app.nda_version().await;
    app.sql(&format!(
        "INSERT INTO beta_nda_acknowledgements (email, nda_version) \
         VALUES ('ada@example.com', '{version}')"
    ))
    .await;
    assert_eq!(app.verify(&token_of_row(token)).await["nda_acknowledged"], true);
    app.sql("INSERT INTO nda_documents (version, text) VALUES ('next', 'Be quiet.')").await;
    let answer = app.verify(&token_of_row(token)).await;
    assert_eq!(
        (&answer["nda_version"], &answer["nda_text"]),
        (&json!("next"), &json!("Be quiet."))
    );
    assert_eq!(answer["nda_acknowledged"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_the_previous_key_still_count() {
    let previous = "the secret that was before this one, 32 bytes";
    let app = TestApp::start_with(&[("CONSOLE_SECRET_KEY_PREVIOUS", previous)]).await;
    let (_, token) = app.add_tester("ada@example.com").await;
    for secret in [previous, CONSOLE_SECRET] {
        assert_eq!(app.verify(&token_signed_with(secret, token)).await["valid"], true);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_raptor_is_answered() {
    let app = TestApp::start().await;
    let body = json!({"token": "x"});
    let operator = app.enrol("superadmin").await;
    for client in [&app.client, &operator.client] {
        client.post(VERIFY, &body).await.assert_error(401, "unauthorized");
        let unknown = client.post("/api/internal/none", &body).await;
        unknown.assert_error(401, "unauthorized");
    }
    app.as_raptor("/api/internal/none", &body).await.assert_error(404, "not_found");
    let bearer = Ask::json(VERIFY, &body)
        .header("authorization", format!("Bearer {}", crate::helpers::INTERNAL_SECRET));
    app.client.send(bearer).await.assert_error(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_question_is_refused() {
    let app = TestApp::start().await;
    for body in [json!({}), json!({"token": 7}), json!({"token": "x", "more": 1}), json!(["x"])] {
        app.as_raptor(VERIFY, &body).await.assert_error(400, "invalid_request");
    }
}
