//! `POST /api/auth/login/begin` and `…/verify`.

use serde_json::json;
use test_support::software_passkey::{Assertion, AssertionSignature, SoftwarePasskey, flags};

use crate::helpers::{Ask, ORIGIN, Reply, TestApp, on_both_stores};

on_both_stores! {
    async fn a_passkey_signs_in_and_gets_a_session(app: TestApp) {
        let (user_id, mut passkey) = app.sign_up("ada@example.com").await;
        let signed_in = app.sign_in(&mut passkey).await;
        assert_eq!(signed_in.status, 200);
        assert_eq!(signed_in.json(), json!({"status": "ok", "user_id": user_id}));
        let cookie = signed_in.header("set-cookie").to_owned();
        assert!(cookie.starts_with("raptor_session="), "{cookie}");
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "{cookie}");
        let session = app.client.session(&signed_in.cookie()).await.json();
        assert_eq!((&session["user_id"], &session["email"]), (&json!(user_id), &json!("ada@example.com")));
        assert_eq!(app.number("SELECT sign_count FROM webauthn_credentials").await, 1);
        assert_eq!(app.count("webauthn_credentials WHERE last_used_at IS NOT NULL").await, 1);
    }

    async fn a_ceremony_is_for_one_try_right_or_wrong(app: TestApp) {
        let (_, mut passkey) = app.sign_up("ada@example.com").await;
        let begun = app.client.login_begin().await.json();
        let id = begun["ceremony_id"].as_str().unwrap();
        let mut wrong = passkey.assertion(&begun["options"], ORIGIN);
        wrong.signature = AssertionSignature::OverSomethingElse;
        let reply = app.client.login_verify(id, &wrong.build()).await;
        reply.assert_error(400, "passkey_verification_failed");
        let good = passkey.get(&begun["options"], ORIGIN);
        app.client.login_verify(id, &good).await.assert_error(400, "ceremony_not_found");
        assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    }

    async fn a_ceremony_that_is_over_or_unknown_is_not_found(app: TestApp) {
        let (_, mut passkey) = app.sign_up("ada@example.com").await;
        let begun = app.client.login_begin().await.json();
        let life = app.ceremony_life().await;
        assert!((290..=300).contains(&life), "{life}");
        let credential = passkey.get(&begun["options"], ORIGIN);
        app.expire_ceremonies().await;
        let unknown = uuid::Uuid::new_v4().to_string();
        for id in [begun["ceremony_id"].as_str().unwrap(), &unknown, "registration:1", ""] {
            app.client.login_verify(id, &credential).await.assert_error(400, "ceremony_not_found");
        }
    }

    async fn a_ceremony_that_another_version_began_is_not_found(app: TestApp) {
        let (_, mut passkey) = app.sign_up("ada@example.com").await;
        let begun = app.client.login_begin().await.json();
        let credential = passkey.get(&begun["options"], ORIGIN);
        app.garble_ceremonies().await;
        let id = begun["ceremony_id"].as_str().unwrap();
        app.client.login_verify(id, &credential).await.assert_error(400, "ceremony_not_found");
    }

    async fn an_id_that_is_not_the_raw_id_is_refused_and_consumes_the_ceremony(app: TestApp) {
        let (_, mut passkey) = app.sign_up("ada@example.com").await;
        let begun = app.client.login_begin().await.json();
        let good = passkey.get(&begun["options"], ORIGIN);
        let mut wrong = good.clone();
        wrong["id"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
        let id = begun["ceremony_id"].as_str().unwrap();
        let reply = app.client.login_verify(id, &wrong).await;
        reply.assert_error(400, "passkey_verification_failed");
        app.client.login_verify(id, &good).await.assert_error(400, "ceremony_not_found");
    }

    async fn two_people_can_sign_in_at_the_same_time(app: TestApp) {
        let (ada, mut adas) = app.sign_up("ada@example.com").await;
        let (bob, mut bobs) = app.sign_up("bob@example.com").await;
        let both = futures_util::future::join(app.sign_in(&mut adas), app.sign_in(&mut bobs)).await;
        assert_eq!((both.0.json()["user_id"].as_i64(), both.1.json()["user_id"].as_i64()), (Some(ada), Some(bob)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_options_ask_nobody_for_an_address() {
    let app = TestApp::start().await;
    let begun = app.client.login_begin().await.json();
    let options = &begun["options"];
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["rpId"], "raptor.localhost");
    assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    assert!(options.get("publicKey").is_none() && options.get("mediation").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_body_is_an_invalid_request_and_consumes_nothing() {
    let app = TestApp::start().await;
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    for body in [json!([]), json!({"email": "ada@example.com"})] {
        let reply = app.client.post("/api/auth/login/begin", &body).await;
        reply.assert_error(400, "invalid_request");
    }
    let begun = app.client.login_begin().await.json();
    let id = begun["ceremony_id"].as_str().unwrap();
    let good = passkey.get(&begun["options"], ORIGIN);
    for member in ["authenticatorData", "signature", "clientDataJSON"] {
        for value in [None, Some(json!(1)), Some(json!("a="))] {
            let mut bad = good.clone();
            let response = bad["response"].as_object_mut().unwrap();
            response.remove(member);
            response.extend(value.map(|value| (member.to_owned(), value)));
            app.client.login_verify(id, &bad).await.assert_error(400, "invalid_request");
        }
    }
    assert_eq!(app.client.login_verify(id, &good).await.status, 200);
}

/// Signs in with an assertion that `change` has changed.
async fn outcome(passkey: SoftwarePasskey, change: impl FnOnce(&mut Assertion)) -> Reply {
    let app = TestApp::start().await;
    let mut passkey = passkey;
    let token = app.mint("ada@example.com").await;
    app.sign_up_with(&mut passkey, &token).await;
    let begun = app.client.login_begin().await.json();
    let mut assertion = passkey.assertion(&begun["options"], ORIGIN);
    change(&mut assertion);
    let id = begun["ceremony_id"].as_str().unwrap();
    let reply = app.client.login_verify(id, &assertion.build()).await;
    assert_eq!(app.count("customer_sessions").await, i64::from(reply.status == 200));
    reply
}

/// One test a deviation from WebAuthn Level 3, section 7.2.
macro_rules! refused {
    ($($name:ident: $change:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let reply = outcome(SoftwarePasskey::new(), $change).await;
            reply.assert_error(400, "passkey_verification_failed");
        }
    )+};
}

refused! {
    another_kind_of_ceremony_is_refused: |a| a.client_data.kind = "webauthn.create".to_owned();
    another_challenge_is_refused: |a| a.client_data.challenge = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    another_origin_is_refused: |a| a.client_data.origin = "http://elsewhere.localhost:8080".to_owned();
    an_origin_that_is_only_equal_after_normalisation_is_refused: |a| a.client_data.origin = format!("{ORIGIN}/");
    a_cross_origin_ceremony_is_refused: |a| a.client_data.cross_origin = Some(true);
    a_ceremony_in_another_sites_page_is_refused: |a| a.client_data.top_origin = Some(ORIGIN.to_owned());
    another_relying_party_is_refused: |a| a.rp_id = "elsewhere.localhost".to_owned();
    an_absent_user_is_refused: |a| a.flags &= !flags::UP;
    an_unverified_user_is_refused: |a| a.flags &= !flags::UV;
    backed_up_without_eligible_is_refused: |a| a.flags |= flags::BS;
    an_eligibility_that_has_changed_is_refused: |a| a.flags |= flags::BE;
    bytes_after_the_authenticator_data_are_refused: |a| a.after_authenticator_data = vec![0];
    an_unknown_credential_is_refused: |a| a.credential_id = vec![9; 32];
    a_missing_user_handle_is_refused: |a| a.user_handle = None;
    another_user_handle_is_refused: |a| a.user_handle = Some(vec![9; 16]);
    another_keys_signature_is_refused: |a| a.signature = AssertionSignature::ByAnotherKey;
    a_signature_over_something_else_is_refused: |a| a.signature = AssertionSignature::OverSomethingElse;
    a_signature_of_no_form_is_refused: |a| a.signature = AssertionSignature::Bytes(vec![1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_does_not_count_signs_in_again_and_again() {
    let app = TestApp::start().await;
    let mut passkey = SoftwarePasskey::synced();
    let token = app.mint("ada@example.com").await;
    app.sign_up_with(&mut passkey, &token).await;
    for _ in 0..3 {
        assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_that_stands_still_or_goes_back_is_refused() {
    let app = TestApp::start().await;
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    for _ in 0..3 {
        assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    }
    for counter in [3, 2, 0] {
        let begun = app.client.login_begin().await.json();
        let mut assertion = passkey.assertion(&begun["options"], ORIGIN);
        assertion.counter = counter;
        let id = begun["ceremony_id"].as_str().unwrap();
        let reply = app.client.login_verify(id, &assertion.build()).await;
        reply.assert_error(400, "passkey_verification_failed");
    }
    assert_eq!(app.number("SELECT sign_count FROM webauthn_credentials").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cloned_passkey_is_found_out_by_its_counter() {
    let app = TestApp::start().await;
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    let mut clone = passkey.clone();
    assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    let reply = app.sign_in(&mut clone).await;
    reply.assert_error(400, "passkey_verification_failed");
    assert_eq!(app.number("SELECT sign_count FROM webauthn_credentials").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sign_in_has_a_new_id_and_ends_the_session_that_it_replaces() {
    let app = TestApp::start().await;
    let (user_id, mut passkey) = app.sign_up("ada@example.com").await;
    let first = app.sign_in(&mut passkey).await.cookie();
    let begun = app.client.login_begin().await.json();
    let body = json!({
        "ceremony_id": begun["ceremony_id"],
        "credential": passkey.get(&begun["options"], ORIGIN),
    });
    let again = Ask::json("/api/auth/login/verify", &body).cookie(first.as_str());
    let second = app.client.send(again).await.cookie();
    assert_ne!(first, second);
    let audit = app.audit("account.signed_out").await;
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0]["context"], json!({"path": "replaced"}));
    assert_eq!(audit[0]["actor_user_id"], json!(user_id.to_string()));
    assert_eq!(audit[0]["target_id"], json!(user_id.to_string()));
    app.client.session(&first).await.assert_error(401, "unauthenticated");
    assert_eq!(app.client.session(&second).await.status, 200);
    // A sign-in elsewhere ends nothing here.
    let elsewhere = app.sign_in(&mut passkey).await.cookie();
    for cookie in [&second, &elsewhere] {
        assert_eq!(app.client.session(cookie).await.status, 200);
    }
    assert_eq!(app.audit("account.signed_out").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_session_is_replaced() {
    let app = TestApp::start().await;
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    let first = app.sign_in(&mut passkey).await.cookie();
    app.break_audit_log().await;
    let begun = app.client.login_begin().await.json();
    let body = json!({
        "ceremony_id": begun["ceremony_id"],
        "credential": passkey.get(&begun["options"], ORIGIN),
    });
    let again = Ask::json("/api/auth/login/verify", &body).cookie(first.as_str());
    app.client.send(again).await.assert_error(500, "audit_write_failed");
    assert_eq!(app.client.session(&first).await.status, 200);
    assert_eq!(app.count("customer_sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_goes_on_while_registration_is_off() {
    let app = TestApp::start_with_variable("FLAG_WEBAUTHN_REGISTRATION", "0").await;
    assert_eq!(app.client.login_begin().await.status, 200);
}
