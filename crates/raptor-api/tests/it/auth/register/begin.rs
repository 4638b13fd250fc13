//! `POST /api/auth/register/begin-with-token`.

use chrono::TimeDelta;
use serde_json::json;

use crate::helpers::{BOOTSTRAP_KEY, BootstrapPayload, TestApp, on_both_stores};

const OTHER_KEY: &str = "another-key-of-the-tests-0123456789abc";

on_both_stores! {
    async fn a_begin_makes_one_row_and_one_challenge_and_a_second_replaces_the_challenge(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let first = app.begun(&token).await;
        let life = app.ceremony_life().await;
        assert!((290..=300).contains(&life), "{life}");
        let second = app.begun(&token).await;
        assert_ne!(first["challenge"], second["challenge"]);
        assert_eq!(first["user"], second["user"]);
        assert_eq!(app.open_ceremonies().await, 1);
        assert_eq!(app.count("users WHERE email = 'ada@example.com'").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_options_ask_for_a_discoverable_verified_passkey_without_attestation() {
    let app = TestApp::start().await;
    let options = app.begun(&app.mint("ada@example.com").await).await;
    let selection = &options["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["rp"], json!({"id": "raptor.localhost", "name": "Raxx"}));
    assert_eq!(options["user"]["name"], "ada@example.com");
    let offered = options["pubKeyCredParams"].as_array().unwrap();
    for wanted in [-7, -257] {
        assert!(offered.iter().any(|offer| offer["alg"] == wanted), "{offered:?}");
    }
    assert!(options.get("publicKey").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_user_handle_is_the_rows_random_uuid() {
    let app = TestApp::start().await;
    let options = app.begun(&app.mint("ada@example.com").await).await;
    let row = &app.rows("SELECT webauthn_user_handle FROM users").await[0];
    let handle: uuid::Uuid = row["webauthn_user_handle"].as_str().unwrap().parse().unwrap();
    assert_eq!(handle.get_version_num(), 4);
    let sent: ghost_contracts::Base64Url =
        serde_json::from_value(options["user"]["id"].clone()).unwrap();
    assert_eq!(sent.as_bytes(), handle.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_link_gets_the_same_answer_and_makes_no_row() {
    let app = TestApp::start().await;
    let good = BootstrapPayload::new(&app, "ada@example.com");
    let now = good.iat;
    let expired = good.clone().issued_at(now - 1801);
    let long = BootstrapPayload { exp: now + 1900, ..good.clone() };
    let early = good.clone().issued_at(now + 60);
    let (payload, _) =
        good.sign().split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let mut tampered = good.sign();
    tampered.replace_range(20..21, if &tampered[20..21] == "A" { "B" } else { "A" });
    for (what, token) in [
        ("empty", String::new()),
        ("no signature", payload.clone()),
        ("an empty signature", format!("{payload}.")),
        ("another key's", good.sign_with(OTHER_KEY)),
        ("tampered with", tampered),
        ("expired", expired.sign()),
        ("good for longer than one made now", long.sign()),
        ("made in the future", early.sign()),
        ("far too long", "a".repeat(5000)),
    ] {
        let refused = app.client.begin(&token).await;
        refused.assert_error(400, "invalid_signup_link");
        assert_eq!(refused.json()["message"], "Invalid or expired signup link", "{what}");
        assert_eq!(refused.json().as_object().unwrap().len(), 2, "{what}");
    }
    assert_eq!(app.count("users").await, 0);
    assert_eq!(app.client.begin(&good.sign()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_that_dates_a_link_may_be_a_little_ahead() {
    let app = TestApp::start().await;
    let good = BootstrapPayload::new(&app, "ada@example.com");
    let iat = good.iat;
    assert_eq!(app.client.begin(&good.issued_at(iat + 4).sign()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_challenge_store_no_row_is_made() {
    let app = TestApp::start_with_variable("REDIS_URL", "redis://127.0.0.1:1").await;
    let token = app.mint("ada@example.com").await;
    app.client.begin(&token).await.assert_error(503, "service_unavailable");
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_ends_with_its_half_hour() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    app.let_pass(TimeDelta::minutes(29));
    assert_eq!(app.client.begin(&token).await.status, 200);
    app.let_pass(TimeDelta::minutes(2));
    app.client.begin(&token).await.assert_error(400, "invalid_signup_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_before_the_last_rotation_is_taken_too() {
    let previous = "BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS";
    let app = TestApp::start_with_variable(previous, OTHER_KEY).await;
    let token = BootstrapPayload::new(&app, "ada@example.com");
    assert_eq!(app.client.begin(&token.sign_with(OTHER_KEY)).await.status, 200);
    assert_eq!(app.client.begin(&token.sign_with(BOOTSTRAP_KEY)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_link_is_refused() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    app.sign_up_with(&mut Default::default(), &token).await;
    app.client.begin(&token).await.assert_error(400, "invalid_signup_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_in_use_is_not_signed_up_again() {
    let app = TestApp::start().await;
    let (user_id, _) = app.sign_up("ada@example.com").await;
    let token = app.mint("ada@example.com").await;
    app.client.begin(&token).await.assert_error(409, "already_registered");
    // A live session alone counts as use too.
    app.sql(&format!(
        "DELETE FROM webauthn_credentials WHERE user_id = {user_id}; \
         INSERT INTO customer_sessions (user_id) VALUES ({user_id})"
    ))
    .await;
    app.client.begin(&token).await.assert_error(409, "already_registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_from_before_a_ghost_reset_does_not_bring_the_account_back() {
    let app = TestApp::start().await;
    let now = app.number("SELECT floor(extract(epoch FROM now()))").await;
    let old = BootstrapPayload::new(&app, "ada@example.com").issued_at(now - 1);
    assert_eq!(app.client.ghost_delete("ada@example.com").await.status, 204);
    app.client.begin(&old.sign()).await.assert_error(400, "invalid_signup_link");
    assert_eq!(app.count("users").await, 0);
    // One that was made in the second of the reset, or later, is a new one.
    let second = app.number("SELECT floor(extract(epoch FROM reset_at)) FROM account_resets").await;
    let new = BootstrapPayload::new(&app, "ada@example.com").issued_at(second);
    assert_eq!(app.client.begin(&new.sign()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_shell_is_taken_up_again() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 60).await;
    app.begun(&app.mint("ada@example.com").await).await;
    assert_eq!(app.number("SELECT id FROM users").await, id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_said_to_be() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    app.cut_off_database().await;
    let refused = app.client.begin(&token).await;
    refused.assert_error(503, "service_unavailable");
    assert!(!refused.header("retry-after").is_empty());
}
