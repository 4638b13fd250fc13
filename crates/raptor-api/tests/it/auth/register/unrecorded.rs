//! A signup depends on nothing of the flight recorder: whatever becomes of that, its answers and
//! what it stores are the same, and they come soon.

use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;
use test_support::wait::eventually;

use crate::helpers::{ORIGIN, Reply, TestApp, on_both_stores};

const EMAIL: &str = "ada@example.com";

async fn lose_the_table(app: &TestApp) {
    app.sql("ALTER TABLE signup_attempts RENAME TO signup_attempts_elsewhere").await;
}

/// Somebody else's transaction that keeps the table to itself.
async fn hold_the_table(app: &TestApp) -> AsyncPgConnection {
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE signup_attempts").await.unwrap();
    other
}

/// The answer, which must come before the service would give up waiting for a lock (5 s).
async fn soon(reply: impl Future<Output = Reply>) -> Reply {
    tokio::time::timeout(Duration::from_secs(4), reply).await.unwrap()
}

/// One account with one passkey, a link that is used, and an audit row: all that a signup makes.
async fn assert_signed_up(app: &TestApp) {
    for table in ["users", "webauthn_credentials", "bootstrap_token_uses"] {
        assert_eq!(app.count(table).await, 1, "{table}");
    }
    assert_eq!(app.audit("account.signup_completed").await.len(), 1);
}

on_both_stores! {
    async fn a_signup_that_cannot_be_noted_is_as_good_as_any(app: TestApp) {
        lose_the_table(&app).await;
        app.sign_up(EMAIL).await;
        assert_signed_up(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_stored_though_its_completion_cannot_be_noted() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    lose_the_table(&app).await;
    assert_eq!(app.client.verify(&token, &credential).await.status, 200);
    assert_signed_up(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signup_does_not_wait_for_whoever_keeps_the_table_to_himself() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let _other = hold_the_table(&app).await;
    let begun = soon(app.client.begin(&token)).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let credential = SoftwarePasskey::new().create(&begun.json()["options"], ORIGIN);
    let verified = soon(app.client.verify(&token, &credential)).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    assert_signed_up(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_soon_and_noted_when_that_is_possible() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let mut wrong = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    wrong.client_data.challenge = "AAAA".to_owned();
    let wrong = wrong.build();
    let mut other = hold_the_table(&app).await;
    let refused = soon(app.client.verify(&token, &wrong)).await;
    refused.assert_error(400, "passkey_verification_failed");
    other.batch_execute("COMMIT").await.unwrap();
    eventually("the refusal is noted", || async {
        let told = app.client.signup_timeline(EMAIL).await.json();
        let reason = &told["attempts"][0]["failed"]["reason"];
        (*reason == json!("passkey_verification_failed")).then_some(())
    })
    .await;
}
