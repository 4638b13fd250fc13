//! `/console/enroll`: the link works once, for 24 hours, and only a ceremony that succeeds uses it
//! up.

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use super::helpers::{Ask, ORIGIN, TestApp};

/// Links that lead nowhere: no token, wrong shapes, and one that nobody was given.
fn strangers() -> [String; 5] {
    ["", "short", "not base64url!", &"A".repeat(44), &"A".repeat(43)].map(ToOwned::to_owned)
}

async fn assert_dead(app: &TestApp, token: &str) {
    app.client.enroll(token).await.assert_error(400, "invalid_enrolment_link");
    app.client.enroll_begin(token).await.assert_error(400, "invalid_enrolment_link");
    let credential = SoftwarePasskey::new().create(&some_options(app).await, ORIGIN);
    let finished = app.client.enroll_finish(token, &credential).await;
    finished.assert_error(400, "invalid_enrolment_link");
}

/// Options of somebody else's ceremony, to make a well-formed credential with.
async fn some_options(app: &TestApp) -> serde_json::Value {
    let (_, token) = app.invite("somebody.else@raxx.example", "readonly").await;
    app.enrolment_options(&token).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_ceremony_enrols_and_signs_in() {
    let app = TestApp::start().await;
    let (id, token) = app.invite("ann@raxx.example", "superadmin").await;
    let enrolled = app.enrol_with(&mut SoftwarePasskey::new(), &token).await;
    assert_eq!(enrolled.status, 200, "{enrolled:?}");
    let expected = json!({"admin_id": id, "email": "ann@raxx.example", "role": "superadmin"});
    assert_eq!(enrolled.json(), expected);
    assert_eq!(app.client.with_cookie(enrolled.cookie()).session().await.json(), expected);
    assert_eq!(app.count("admin_passkeys").await, 1);
    assert_eq!(app.count("admin_enrolment_links WHERE used_at IS NOT NULL").await, 1);
    let audited = app.audited("console.admin.enrolled").await;
    let payload = json!({"email": "ann@raxx.example", "role": "superadmin"});
    let row = json!({"actor": id, "target_type": "admin", "target_id": id, "payload": payload});
    assert_eq!(audited, [row]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_options_ask_for_what_the_contracts_demand() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let options = app.enrolment_options(&token).await;
    assert_eq!(options["rp"]["id"], "console.localhost");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["user"]["name"], "ann@raxx.example");
    let algorithms = options["pubKeyCredParams"].as_array().unwrap();
    for wanted in [-7, -257] {
        assert!(algorithms.iter().any(|offered| offered["alg"] == wanted), "{algorithms:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_works_once() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &token).await.status, 200);
    assert_dead(&app, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_works_for_24_hours() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let life = "SELECT extract(epoch FROM expires_at - created_at) FROM admin_enrolment_links";
    assert_eq!(app.number(life).await, 24 * 60 * 60);
    app.sql("UPDATE admin_enrolment_links SET expires_at = now() - interval '1 second'").await;
    assert_dead(&app, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_link_is_dead_and_the_new_one_works() {
    let app = TestApp::start().await;
    let (first_id, old) = app.invite("ann@raxx.example", "support").await;
    let (second_id, new) = app.invite("ann@raxx.example", "support").await;
    assert_eq!(first_id, second_id);
    assert_dead(&app, &old).await;
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &new).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_of_a_revoked_operator_is_dead() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    app.sql("UPDATE admins SET revoked_at = now()").await;
    assert_dead(&app, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_nobody_was_given_is_refused() {
    let app = TestApp::start().await;
    for token in strangers() {
        let path = format!("/console/enroll?token={}", token.replace(' ', "%20"));
        app.client.get(&path).await.assert_error(400, "invalid_enrolment_link");
        app.client.enroll_begin(&token).await.assert_error(400, "invalid_enrolment_link");
    }
    app.client.get("/console/enroll").await.assert_error(400, "invalid_enrolment_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_whose_link_it_is_and_looking_spends_nothing() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let path = format!("/console/enroll?token={token}");
    for _ in 0..3 {
        let page = app.client.page(&path).await;
        page.assert_page(200, "ann@raxx.example");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(!page.text.contains(&token), "the token has no business on the page");
    }
    let twin = app.client.enroll(&token).await.json();
    assert_eq!((&twin["email"], &twin["role"]), (&json!("ann@raxx.example"), &json!("support")));
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_dead_link_gives_its_address_to_nobody() {
    let app = TestApp::start().await;
    let page = app.client.page("/console/enroll?token=nonsense").await;
    page.assert_page(400, "enrolment link");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_link_is_a_page_only_for_who_asks_for_one() {
    let app = TestApp::start().await;
    for path in ["/console/enroll", "/console/enroll?token=nonsense"] {
        for ask in [Ask::get(path), Ask::get(path).header("accept", "*/*")] {
            let refused = app.client.send(ask).await;
            refused.assert_error(400, "invalid_enrolment_link");
            assert_eq!(refused.header("referrer-policy"), "no-referrer");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_dead_link_says_why_it_is_dead() {
    let app = TestApp::start().await;
    let says = async |token: &str, words: &str| {
        app.client.page(&format!("/console/enroll?token={token}")).await.assert_page(400, words);
    };
    says(&"A".repeat(43), "This is no enrolment link of ours").await;
    let (_, replaced) = app.invite("ann@raxx.example", "support").await;
    let (_, used) = app.invite("ann@raxx.example", "support").await;
    says(&replaced, "This enrolment link was replaced").await;
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &used).await.status, 200);
    says(&used, "This enrolment link was used").await;
    let (_, old) = app.invite("bob@raxx.example", "support").await;
    app.sql("UPDATE admin_enrolment_links SET expires_at = now() WHERE used_at IS NULL").await;
    says(&old, "This enrolment link has expired").await;
    app.sql("UPDATE admins SET revoked_at = now() WHERE email LIKE 'bob%'").await;
    says(&old, "This enrolment link was taken back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finish_needs_a_begin_that_is_still_open() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&some_options(&app).await, ORIGIN);
    let unbegun = app.client.enroll_finish(&token, &credential).await;
    unbegun.assert_error(400, "signup_session_not_found");
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    app.sql("UPDATE webauthn_challenges SET expires_at = now() - interval '1 second'").await;
    let late = app.client.enroll_finish(&token, &credential).await;
    late.assert_error(400, "signup_session_not_found");
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_ceremony_is_spent_but_leaves_the_link() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let options = app.enrolment_options(&token).await;
    let elsewhere = "http://other.console.localhost:8081";
    let foreign = SoftwarePasskey::new().create(&options, elsewhere);
    let refused = app.client.enroll_finish(&token, &foreign).await;
    refused.assert_error(400, "passkey_verification_failed");
    let own = SoftwarePasskey::new().create(&options, ORIGIN);
    let spent = app.client.enroll_finish(&token, &own).await;
    spent.assert_error(400, "signup_session_not_found");
    assert_eq!(app.count("admin_passkeys").await, 0);
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_begin_replaces_the_old_one() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let old = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    let options = app.enrolment_options(&token).await;
    assert_eq!(app.count("webauthn_challenges").await, 1);
    let refused = app.client.enroll_finish(&token, &old).await;
    refused.assert_error(400, "passkey_verification_failed");
    let new = SoftwarePasskey::new().create(&options, ORIGIN);
    let spent = app.client.enroll_finish(&token, &new).await;
    spent.assert_error(400, "signup_session_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_belongs_to_the_link_that_began_it() {
    let app = TestApp::start().await;
    let (_, old) = app.invite("ann@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&old).await, ORIGIN);
    let (_, new) = app.invite("ann@raxx.example", "support").await;
    let refused = app.client.enroll_finish(&new, &credential).await;
    refused.assert_error(400, "signup_session_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_belongs_to_one_operator() {
    let app = TestApp::start().await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    let (_, token) = app.invite("bob@raxx.example", "support").await;
    let options = app.enrolment_options(&token).await;
    let mut registration = SoftwarePasskey::new().registration(&options, ORIGIN);
    registration.credential_id = ann.passkey.credentials()[0].id.clone();
    let taken = app.client.enroll_finish(&token, &registration.build()).await;
    taken.assert_error(409, "credential_already_registered");
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_consumes_nothing() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    let path = "/console/enroll/finish";
    let mut unreadable = credential.clone();
    unreadable["response"]["attestationObject"] = json!("not base64url!");
    for body in [
        json!({"token": token, "credential": unreadable}),
        json!({"token": token, "credential": credential, "force": true}),
        json!({"token": token}),
        json!([token, credential]),
    ] {
        app.client.post(path, &body).await.assert_error(400, "invalid_request");
    }
    let body = json!({"token": token, "credential": credential});
    let text = Ask::post(path, "text/plain", body.to_string());
    app.client.send(text).await.assert_error(415, "unsupported_media_type");
    let large = Ask::post(path, "text/plain", vec![b' '; 65 * 1024]);
    app.client.send(large).await.assert_error(413, "payload_too_large");
    assert_eq!(app.client.enroll_finish(&token, &credential).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nobody_is_enrolled() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    app.break_audit_log().await;
    let failed = app.client.enroll_finish(&token, &credential).await;
    failed.assert_error(500, "audit_write_failed");
    assert_eq!(failed.header("set-cookie"), "");
    for table in ["admin_passkeys", "admin_sessions"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(app.count("admin_enrolment_links WHERE used_at IS NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_finishes_at_once_one_enrols() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    let finish = || app.client.enroll_finish(&token, &credential);
    let (one, two) = tokio::join!(finish(), finish());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{one:?} {two:?}");
    assert_eq!(app.count("admin_passkeys").await, 1);
    assert_eq!(app.count("admin_sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_that_a_browser_had_ends() {
    let app = TestApp::start().await;
    let before = app.enrol_as("ann@raxx.example", "support").await;
    let (_, token) = app.invite("bob@raxx.example", "support").await;
    let credential = SoftwarePasskey::new().create(&app.enrolment_options(&token).await, ORIGIN);
    assert_eq!(before.client.enroll_finish(&token, &credential).await.status, 200);
    before.client.session().await.assert_error(401, "unauthenticated");
}
