//! The lock order (section 3 of the contracts), step by step: somebody else holds a lock, a
//! request waits for it, and what was committed meanwhile decides.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use test_support::software_passkey::SoftwarePasskey;
use test_support::wait::eventually;
use tokio::task::JoinHandle;

use crate::helpers::{ORIGIN, Reply, TestApp};

const EMAIL: &str = "ada@example.com";
const LOCK_EMAIL: &str = "SELECT pg_advisory_xact_lock(hashtextextended('ada@example.com', 0));";
const LOCK_ROW: &str = "SELECT id FROM users WHERE email = 'ada@example.com' FOR UPDATE;";
const ADD_PASSKEY: &str = "INSERT INTO webauthn_credentials (user_id, credential_id, passkey) \
                           SELECT id, '\\x01', '{}' FROM users WHERE email = 'ada@example.com';";

/// In a later second than any token of the test.
const RESET: &str = "INSERT INTO account_resets (email, reset_at) \
                     VALUES ('ada@example.com', clock_timestamp() + interval '2 seconds');";

/// Somebody else's transaction.
async fn begin(app: &TestApp, statements: &[&str]) -> AsyncPgConnection {
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN").await.unwrap();
    for statement in statements {
        other.batch_execute(statement).await.unwrap();
    }
    other
}

/// Starts a ghost-delete and returns when it waits for a lock.
async fn delete_until_it_waits(app: &TestApp) -> JoinHandle<Reply> {
    let client = app.client.clone();
    let deleting = tokio::spawn(async move { client.ghost_delete(EMAIL).await });
    wait_for_a_waiter(app).await;
    deleting
}

async fn wait_for_a_waiter(app: &TestApp) {
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("a request waits for the lock", || async {
        (app.number(waiting).await > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_is_committed_while_the_delete_waits_for_the_row_is_seen() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let mut other = begin(&app, &[LOCK_ROW, ADD_PASSKEY]).await;
    let deleting = delete_until_it_waits(&app).await;
    other.batch_execute("COMMIT").await.unwrap();
    let deleted = deleting.await.unwrap();
    deleted.assert_error(409, "not_ghost");
    assert_eq!(deleted.json()["state"], "healthy");
    assert_eq!(app.count("webauthn_credentials").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_made_while_the_delete_waits_for_the_address_is_seen() {
    let app = TestApp::start().await;
    let make = "INSERT INTO users (email) VALUES ('ada@example.com')";
    let mut other = begin(&app, &[LOCK_EMAIL, make, ADD_PASSKEY]).await;
    let deleting = delete_until_it_waits(&app).await;
    other.batch_execute("COMMIT").await.unwrap();
    deleting.await.unwrap().assert_error(409, "not_ghost");
    assert_eq!(app.count("webauthn_credentials").await, 1);
    assert_eq!(app.count("account_resets").await, 0);
}

/// A signup that has to wait while somebody else does this: it fails, and nothing is stored.
async fn assert_a_waiting_signup_fails(meanwhile: &str) {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    let mut other = begin(&app, &[LOCK_EMAIL, meanwhile]).await;
    let client = app.client.clone();
    let verifying = tokio::spawn(async move { client.verify(&token, &credential).await });
    wait_for_a_waiter(&app).await;
    other.batch_execute("COMMIT").await.unwrap();
    verifying.await.unwrap().assert_error(400, "signup_session_not_found");
    assert_eq!(app.count("webauthn_credentials").await, 0);
    assert_eq!(app.count("bootstrap_token_uses").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signup_that_waited_while_its_row_was_removed_finds_its_session_gone() {
    assert_a_waiting_signup_fails("DELETE FROM users").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signup_that_waited_while_its_address_was_reset_finds_its_session_gone() {
    assert_a_waiting_signup_fails(RESET).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_begin_that_waited_for_a_reset_is_refused() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let mut other = begin(&app, &[LOCK_EMAIL, RESET]).await;
    let client = app.client.clone();
    let beginning = tokio::spawn(async move { client.begin(&token).await });
    wait_for_a_waiter(&app).await;
    other.batch_execute("COMMIT").await.unwrap();
    beginning.await.unwrap().assert_error(400, "invalid_signup_link");
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_once_more() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    // The other one takes the locks in the wrong order, and is not the one that gives way: that
    // is whoever looks for a deadlock first, once it is there.
    app.set_for_new_connections("deadlock_timeout", "2s").await;
    let mut other = begin(&app, &["SET LOCAL deadlock_timeout = '1min'", LOCK_ROW]).await;
    let deleting = delete_until_it_waits(&app).await;
    other.batch_execute(LOCK_EMAIL).await.unwrap();
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(deleting.await.unwrap().status, 204);
    assert_eq!(app.count("users").await, 0);
    assert_eq!(app.audit("account.ghost_reset").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_renewed_while_the_delete_waits_keeps_the_account() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    let renew = format!("INSERT INTO customer_sessions (user_id) VALUES ({id})");
    let hold = "SELECT id FROM users WHERE email = 'ada@example.com' FOR KEY SHARE";
    let mut other = begin(&app, &[hold, &renew]).await;
    let deleting = delete_until_it_waits(&app).await;
    other.batch_execute("COMMIT").await.unwrap();
    deleting.await.unwrap().assert_error(409, "not_ghost");
    assert_eq!(app.count("users").await, 1);
}
