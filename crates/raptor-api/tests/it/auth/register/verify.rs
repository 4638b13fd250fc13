//! `POST /api/auth/register/verify-with-token`.

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{BootstrapPayload, ORIGIN, TestApp, on_both_stores};

on_both_stores! {
    async fn a_signup_leaves_one_row_one_passkey_one_used_token_and_one_audit_row(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let options = app.begun(&token).await;
        let credential = SoftwarePasskey::synced().create(&options, ORIGIN);
        let verified = app.client.verify(&token, &credential).await;
        assert_eq!(verified.status, 200);
        let user_id = app.number("SELECT id FROM users WHERE email = 'ada@example.com'").await;
        assert_eq!(verified.json(), json!({"status": "ok", "user_id": user_id}));
        assert!(verified.headers.get("set-cookie").is_none());
        assert_eq!(app.count("customer_sessions").await, 0);
        assert_eq!(app.open_ceremonies().await, 0);
        let passkeys = "SELECT user_id, encode(credential_id, 'hex') AS id, sign_count, transports, \
                        backup_eligible, backed_up FROM webauthn_credentials";
        let id: ghost_contracts::Base64Url = serde_json::from_value(credential["id"].clone()).unwrap();
        assert_eq!(app.rows(passkeys).await, [json!({
            "user_id": user_id, "id": hex::encode(id.as_bytes()), "sign_count": 0,
            "transports": ["internal", "hybrid"], "backup_eligible": true, "backed_up": true,
        })]);
        let uses = "bootstrap_token_uses WHERE email = 'ada@example.com' AND expires_at > now()";
        assert_eq!(app.count(uses).await, 1);
        let audit = app.audit("account.signup_completed").await;
        assert_eq!(audit.len(), 1);
        assert_eq!(audit[0]["actor_user_id"], json!(user_id.to_string()));
        assert_eq!(audit[0]["target_kind"], "user");
        assert_eq!(audit[0]["target_id"], json!(user_id.to_string()));
    }

    async fn a_verify_without_a_begin_finds_no_signup_session(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let other = app.begun(&app.mint("bob@example.com").await).await;
        let credential = SoftwarePasskey::new().create(&other, ORIGIN);
        let reply = app.client.verify(&token, &credential).await;
        reply.assert_error(400, "signup_session_not_found");
        assert_eq!(reply.json()["message"], "signup session not found");
    }

    async fn a_challenge_that_is_over_is_not_found(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        app.expire_ceremonies().await;
        let reply = app.client.verify(&token, &credential).await;
        reply.assert_error(400, "signup_session_not_found");
    }

    async fn a_challenge_that_another_version_wrote_is_not_found(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        app.garble_ceremonies().await;
        let reply = app.client.verify(&token, &credential).await;
        reply.assert_error(400, "signup_session_not_found");
        app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
    }

    async fn an_id_that_is_not_the_raw_id_is_refused_and_consumes_the_challenge(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let good = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let mut wrong = good.clone();
        wrong["id"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
        let reply = app.client.verify(&token, &wrong).await;
        reply.assert_error(400, "passkey_verification_failed");
        let reply = app.client.verify(&token, &good).await;
        reply.assert_error(400, "signup_session_not_found");
    }

    async fn a_replaced_challenge_fails_and_consumes_the_new_one(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let old = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let new = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let reply = app.client.verify(&token, &old).await;
        reply.assert_error(400, "passkey_verification_failed");
        let reply = app.client.verify(&token, &new).await;
        reply.assert_error(400, "signup_session_not_found");
    }

    async fn a_rejected_ceremony_leaves_the_link_usable(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let mut wrong = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
        wrong.client_data.challenge = "AAAA".to_owned();
        let reply = app.client.verify(&token, &wrong.build()).await;
        reply.assert_error(400, "passkey_verification_failed");
        assert_eq!(reply.json()["message"], "passkey verification failed");
        // Right or wrong, the challenge is consumed by the first verify.
        let reply = app.client.verify(&token, &wrong.build()).await;
        reply.assert_error(400, "signup_session_not_found");
        app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
    }

    async fn of_two_verifies_with_one_challenge_one_succeeds(app: TestApp) {
        let token = app.mint("ada@example.com").await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        let both = futures_util::future::join(
            app.client.verify(&token, &credential),
            app.client.verify(&token, &credential),
        );
        let (one, other) = both.await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400]);
        assert_eq!(app.count("webauthn_credentials").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_row_is_a_missing_signup_session() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    app.sql("DELETE FROM users").await;
    let reply = app.client.verify(&token, &credential).await;
    reply.assert_error(400, "signup_session_not_found");
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_link_after_a_reset_does_not_burn_the_new_links_challenge() {
    let app = TestApp::start().await;
    let now = app.number("SELECT floor(extract(epoch FROM now()))").await;
    let old = BootstrapPayload::new(&app, "ada@example.com").issued_at(now - 1);
    assert_eq!(app.client.ghost_delete("ada@example.com").await.status, 204);
    let new = app.mint("ada@example.com").await;
    let credential = SoftwarePasskey::new().create(&app.begun(&new).await, ORIGIN);
    let reply = app.client.verify(&old.sign(), &credential).await;
    reply.assert_error(400, "signup_session_not_found");
    assert_eq!(app.client.verify(&new, &credential).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_id_that_belongs_to_someone_is_refused_and_the_link_stays_good() {
    let app = TestApp::start().await;
    let (_, ada) = app.sign_up("ada@example.com").await;
    let token = app.mint("bob@example.com").await;
    let mut same = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    same.credential_id = ada.credentials()[0].id.clone();
    let reply = app.client.verify(&token, &same.build()).await;
    reply.assert_error(409, "credential_already_registered");
    assert_eq!(app.count("webauthn_credentials").await, 1);
    app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_there_is_no_signup() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    app.break_audit_log().await;
    let reply = app.client.verify(&token, &credential).await;
    reply.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("webauthn_credentials").await, 0);
    assert_eq!(app.count("bootstrap_token_uses").await, 0);
    app.sql("DROP TRIGGER refuse_audit ON audit_log").await;
    app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_links_at_once_make_one_account_with_one_passkey() {
    let app = TestApp::start().await;
    let (one, other) = (app.mint("ada@example.com").await, app.mint("ada@example.com").await);
    let begins = futures_util::future::join(app.client.begin(&one), app.client.begin(&other)).await;
    assert_eq!((begins.0.status, begins.1.status), (200, 200));
    assert_eq!(app.count("users").await, 1);
    app.sign_up_with(&mut SoftwarePasskey::new(), &one).await;
    app.client.begin(&other).await.assert_error(409, "already_registered");
}
