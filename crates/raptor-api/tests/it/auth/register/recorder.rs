//! What is noted of a ceremony by begin and verify, and that noting it changes no answer.

use diesel_async::SimpleAsyncConnection;
use ghost_contracts::raptor::{Browser, Platform};
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Ask, BootstrapPayload, ORIGIN, TestApp, on_both_stores};

const EMAIL: &str = "ada@example.com";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// The attempts as they are told, the newest first.
async fn attempts(app: &TestApp) -> Vec<Value> {
    app.client.signup_timeline(EMAIL).await.json()["attempts"].as_array().unwrap().clone()
}

/// Why the newest attempt was refused; null where it was not.
async fn failure(app: &TestApp) -> Value {
    attempts(app).await[0]["failed"]["reason"].clone()
}

async fn begin_as(app: &TestApp, token: &str, user_agent: &str) {
    let ask = Ask::json("/api/auth/register/begin-with-token", &json!({"token": token}));
    let begun = app.client.send(ask.header("user-agent", user_agent)).await;
    assert_eq!(begun.status, 200, "{begun:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_begin_is_noted_with_the_kind_of_browser_alone() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    begin_as(&app, &token, SAFARI).await;
    let row = &app.rows("SELECT * FROM signup_attempts").await[0];
    assert_eq!((&row["browser"], &row["platform"]), (&json!("safari"), &json!("ios")));
    assert!(!row.to_string().contains("18_5") && !row.to_string().contains(&token), "{row}");
    let bound = "SELECT count(*) FROM signup_attempts WHERE octet_length(nonce_sha256) = 32 \
                 AND begun_at BETWEEN now() - interval '1 minute' AND clock_timestamp()";
    assert_eq!(app.number(bound).await, 1);
    for member in ["completed_at", "failed", "reported"] {
        assert_eq!(attempts(&app).await[0][member], Value::Null, "{member}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_does_not_say_what_it_is_is_another_one() {
    let app = TestApp::start().await;
    app.begun(&app.mint(EMAIL).await).await;
    begin_as(&app, &app.mint(EMAIL).await, &"x".repeat(6000)).await;
    for attempt in attempts(&app).await {
        assert_eq!((&attempt["browser"], &attempt["platform"]), (&json!("other"), &json!("other")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_begin_is_not_noted() {
    let app = TestApp::start().await;
    app.client.begin("nonsense").await.assert_error(400, "invalid_signup_link");
    app.sign_up(EMAIL).await;
    assert_eq!(app.count("signup_attempts").await, 1);
    let token = app.mint(EMAIL).await;
    app.client.begin(&token).await.assert_error(409, "already_registered");
    assert_eq!(app.count("signup_attempts").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_address_the_newest_twenty_are_kept() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO signup_attempts (email, nonce_sha256, begun_at) \
         SELECT email, sha256(''), now() - n * interval '1 minute' \
         FROM generate_series(1, 22) AS n, \
           unnest(ARRAY['ada@example.com', 'bob@example.com']) AS email",
    )
    .await;
    app.begun(&app.mint(EMAIL).await).await;
    assert_eq!(app.count("signup_attempts WHERE email = 'ada@example.com'").await, 20);
    assert_eq!(app.count("signup_attempts WHERE email = 'bob@example.com'").await, 22);
    let oldest = "SELECT round(extract(epoch FROM now() - min(begun_at)) / 60) \
                  FROM signup_attempts WHERE email = 'ada@example.com'";
    assert_eq!(app.number(oldest).await, 19);
}

on_both_stores! {
    async fn a_signup_completes_the_newest_attempt_of_its_token(app: TestApp) {
        let token = app.mint(EMAIL).await;
        let other = app.mint(EMAIL).await;
        for token in [&token, &token, &other] {
            app.begun(token).await;
        }
        app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
        let completed: Vec<bool> =
            attempts(&app).await.iter().map(|attempt| attempt["completed_at"].is_string()).collect();
        // Newest first: that of the sign-up itself, the other token's, and two that were left.
        assert_eq!(completed, [true, false, false, false]);
    }

    async fn the_first_refusal_of_an_attempt_is_noted(app: TestApp) {
        let token = app.mint(EMAIL).await;
        let mut wrong = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
        wrong.client_data.challenge = "AAAA".to_owned();
        let wrong = wrong.build();
        app.client.verify(&token, &wrong).await.assert_error(400, "passkey_verification_failed");
        assert_eq!(failure(&app).await, "passkey_verification_failed");
        app.client.verify(&token, &wrong).await.assert_error(400, "signup_session_not_found");
        assert_eq!(failure(&app).await, "passkey_verification_failed");
        // The next attempt is one of its own.
        app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
        let told = attempts(&app).await;
        assert_eq!(told.len(), 2);
        assert!(told[0]["completed_at"].is_string() && told[0]["failed"].is_null());
        assert_eq!(told[1]["failed"]["reason"], "passkey_verification_failed");
        assert!(told[1]["completed_at"].is_null());
    }

    async fn a_challenge_that_is_over_is_noted(app: TestApp) {
        let token = app.mint(EMAIL).await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        app.expire_ceremonies().await;
        let reply = app.client.verify(&token, &credential).await;
        reply.assert_error(400, "signup_session_not_found");
        assert_eq!(failure(&app).await, "signup_session_not_found");
    }

    async fn of_two_verifies_at_once_the_attempt_is_complete_and_not_refused(app: TestApp) {
        let token = app.mint(EMAIL).await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let both = futures_util::future::join(
            app.client.verify(&token, &credential),
            app.client.verify(&token, &credential),
        );
        both.await;
        let told = attempts(&app).await;
        assert!(told[0]["completed_at"].is_string() && told[0]["failed"].is_null(), "{told:?}");
    }
}

/// As it is where the second of two verifies at once is done before the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_completes_after_all_is_no_longer_a_refused_one() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    let refuse = "UPDATE signup_attempts \
                  SET failed_at = now(), failure = 'signup_session_not_found'";
    app.sql(refuse).await;
    assert_eq!(app.client.verify(&token, &credential).await.status, 200);
    let told = attempts(&app).await;
    assert!(told[0]["completed_at"].is_string() && told[0]["failed"].is_null(), "{told:?}");
    // And the table holds that no attempt is both.
    let mut connection = app.database.connect().await;
    assert!(connection.batch_execute(refuse).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_belongs_to_someone_is_noted() {
    let app = TestApp::start().await;
    let (_, bob) = app.sign_up("bob@example.com").await;
    let token = app.mint(EMAIL).await;
    let mut same = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    same.credential_id = bob.credentials()[0].id.clone();
    let reply = app.client.verify(&token, &same.build()).await;
    reply.assert_error(409, "credential_already_registered");
    assert_eq!(failure(&app).await, "credential_already_registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_noted_of_the_attempt_of_its_own_token() {
    let app = TestApp::start().await;
    let now = app.number("SELECT floor(extract(epoch FROM now()))").await;
    let old = BootstrapPayload::new(&app, EMAIL).issued_at(now - 1).sign();
    let credential = SoftwarePasskey::new().create(&app.begun(&old).await, ORIGIN);
    app.sql("UPDATE users SET created_at = now() - interval '1 hour'").await;
    assert_eq!(app.client.ghost_delete(EMAIL).await.status, 204);
    app.begun(&app.mint(EMAIL).await).await;
    let reply = app.client.verify(&old, &credential).await;
    reply.assert_error(400, "signup_session_not_found");
    let told = attempts(&app).await;
    assert!(told[0]["failed"].is_null(), "the new link's");
    assert_eq!(told[1]["failed"]["reason"], "signup_session_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_says_nothing_of_the_ceremony_is_not_noted() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    app.sign_up(EMAIL).await;
    app.client.verify(&token, &credential).await.assert_error(409, "already_registered");
    assert_eq!(app.count("signup_attempts WHERE failed_at IS NOT NULL").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_cannot_be_noted_is_answered_as_before() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let mut wrong = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    wrong.client_data.challenge = "AAAA".to_owned();
    app.sql("ALTER TABLE signup_attempts RENAME TO signup_attempts_elsewhere").await;
    let reply = app.client.verify(&token, &wrong.build()).await;
    reply.assert_error(400, "passkey_verification_failed");
    assert_eq!(reply.json()["message"], "passkey verification failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signup_that_fails_leaves_its_attempt_open() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    app.break_audit_log().await;
    app.client.verify(&token, &credential).await.assert_error(500, "audit_write_failed");
    let open = "signup_attempts WHERE completed_at IS NULL AND failed_at IS NULL";
    assert_eq!(app.count(open).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_takes_every_name_of_the_wire_and_no_other() {
    let app = TestApp::start().await;
    let insert = async |browser: &str, platform: &str| {
        let sql = format!(
            "INSERT INTO signup_attempts (email, nonce_sha256, browser, platform) \
             VALUES ('{EMAIL}', sha256(''), '{browser}', '{platform}')"
        );
        let mut connection = app.database.connect().await;
        connection.batch_execute(&sql).await
    };
    for browser in Browser::ALL {
        insert(browser.as_str(), "other").await.unwrap();
    }
    for platform in Platform::ALL {
        insert("other", platform.as_str()).await.unwrap();
    }
    assert!(insert("Safari", "other").await.is_err());
    assert!(insert("other", "haiku").await.is_err());
}
