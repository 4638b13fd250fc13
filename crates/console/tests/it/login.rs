//! `/console/login`: the passkey knows who it is.

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use super::helpers::{Ask, ORIGIN, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_signs_its_operator_in() {
    let app = TestApp::start().await;
    let mut ann = app.enrol_as("ann@raxx.example", "readonly").await;
    let signed_in = app.sign_in(&mut ann.passkey).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let expected = json!({"admin_id": ann.id, "email": "ann@raxx.example", "role": "readonly"});
    assert_eq!(signed_in.json(), expected);
    assert_eq!(app.client.with_cookie(signed_in.cookie()).session().await.json(), expected);
    let audited = app.audited("console.admin.signed_in").await;
    let payload = json!({"email": "ann@raxx.example"});
    let row =
        json!({"actor": ann.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(audited, [row]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_who_they_are() {
    let app = TestApp::start().await;
    let begun = app.client.login_begin().await.json();
    let options = &begun["options"];
    assert_eq!(options["rpId"], "console.localhost");
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["allowCredentials"].as_array().map_or(0, Vec::len), 0);
    let body = json!({"email": "ann@raxx.example"});
    let asked = app.client.post("/console/login/begin", &body).await;
    asked.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sign_in_has_a_session_of_its_own_and_ends_the_browsers_old_one() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let elsewhere = app.client.with_cookie(app.sign_in(&mut ann.passkey).await.cookie());
    let begun = ann.client.login_begin().await.json();
    let credential = ann.passkey.get(&begun["options"], ORIGIN);
    let ceremony = begun["ceremony_id"].as_str().unwrap();
    let again = ann.client.login_finish(ceremony, &credential).await;
    assert_eq!(again.status, 200);
    assert_ne!(again.cookie(), ann.client.cookie());
    ann.client.session().await.assert_error(401, "unauthenticated");
    assert_eq!(elsewhere.session().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_is_finished_once() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let begun = app.client.login_begin().await.json();
    let ceremony = begun["ceremony_id"].as_str().unwrap();
    let first = ann.passkey.get(&begun["options"], ORIGIN);
    assert_eq!(app.client.login_finish(ceremony, &first).await.status, 200);
    let second = ann.passkey.get(&begun["options"], ORIGIN);
    let spent = app.client.login_finish(ceremony, &second).await;
    spent.assert_error(400, "ceremony_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_that_failed_is_spent() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let begun = app.client.login_begin().await.json();
    let ceremony = begun["ceremony_id"].as_str().unwrap();
    let foreign = ann.passkey.get(&begun["options"], "http://other.console.localhost:8081");
    let refused = app.client.login_finish(ceremony, &foreign).await;
    refused.assert_error(400, "passkey_verification_failed");
    let good = ann.passkey.get(&begun["options"], ORIGIN);
    app.client.login_finish(ceremony, &good).await.assert_error(400, "ceremony_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_that_nobody_began_or_that_is_over_is_not_found() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let begun = app.client.login_begin().await.json();
    let credential = ann.passkey.get(&begun["options"], ORIGIN);
    for unknown in ["", "nonsense", "5f0c8a52-54a3-4e0c-9d0e-1c4f4f6a7b11"] {
        let finished = app.client.login_finish(unknown, &credential).await;
        finished.assert_error(400, "ceremony_not_found");
    }
    app.sql("UPDATE webauthn_challenges SET expires_at = now() - interval '1 second'").await;
    let ceremony = begun["ceremony_id"].as_str().unwrap();
    let late = app.client.login_finish(ceremony, &credential).await;
    late.assert_error(400, "ceremony_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_no_operator_has_is_refused() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    app.sql("DELETE FROM admin_passkeys").await;
    let refused = app.sign_in(&mut ann.passkey).await;
    refused.assert_error(400, "passkey_verification_failed");
    assert_eq!(refused.header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_operator_does_not_come_in() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    app.sql("UPDATE admins SET revoked_at = now()").await;
    app.sign_in(&mut ann.passkey).await.assert_error(400, "passkey_verification_failed");
    assert_eq!(app.count("admin_sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_that_does_not_grow_is_a_copys() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let mut copy = ann.passkey.clone();
    assert_eq!(app.sign_in(&mut ann.passkey).await.status, 200);
    app.sign_in(&mut copy).await.assert_error(400, "passkey_verification_failed");
    assert_eq!(app.sign_in(&mut ann.passkey).await.status, 200);
    assert_eq!(app.number("SELECT sign_count FROM admin_passkeys").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_sign_ins_with_one_counter_one_comes_in() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let mut copy = ann.passkey.clone();
    let (one, two) = tokio::join!(app.sign_in(&mut ann.passkey), app.sign_in(&mut copy));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{one:?} {two:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_does_not_count_signs_in_again_and_again() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    let mut passkey = SoftwarePasskey::synced();
    assert_eq!(app.enrol_with(&mut passkey, &token).await.status, 200);
    for _ in 0..3 {
        assert_eq!(app.sign_in(&mut passkey).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nobody_comes_in() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    app.break_audit_log().await;
    app.sign_in(&mut ann.passkey).await.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("admin_sessions").await, 1);
    assert_eq!(app.number("SELECT sign_count FROM admin_passkeys").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_offers_a_passkey_and_whoever_is_signed_in_goes_on() {
    let app = TestApp::start().await;
    let ann = app.enrol("support").await;
    app.client.page("/console/login").await.assert_page(200, "Sign in with a passkey");
    ann.client.page("/console/login").await.assert_redirect("/console");
    let twin = ann.client.get("/console/login").await;
    assert_eq!(twin.json(), json!({"signed_in": true}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_that_was_asked_for_is_led_to_once() {
    let app = TestApp::start().await;
    let asked = "/console/audit?actor=cli&from=2026-06-12";
    let sent = app.client.page(asked).await;
    sent.assert_redirect("/console/login");
    let cookie = sent.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let page = app.client.with_cookie(sent.cookie()).page("/console/login").await;
    page.assert_page(200, "data-next=\"/console/audit?actor=cli&#38;from=2026-06-12\"");
    assert!(page.header("set-cookie").contains("Max-Age=0"), "{page:?}");
    assert!(!app.client.page("/console/login").await.text.contains("data-next"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_the_page_that_waits_is_bound_to_host_and_tls() {
    let app = TestApp::start_with(&[("CONSOLE_PUBLIC_URL", "https://console.raxx.example")]).await;
    let sent = app.client.page("/console/beta").await;
    let cookie = sent.header("set-cookie");
    assert!(cookie.starts_with("__Host-console_next="), "{cookie}");
    assert!(cookie.contains("Secure") && cookie.contains("Path=/;"), "{cookie}");
    let page = app.client.with_cookie(sent.cookie()).page("/console/login").await;
    page.assert_page(200, "data-next=\"/console/beta\"");
    let forgotten = page.header("set-cookie");
    assert!(forgotten.starts_with("__Host-console_next=;"), "{forgotten}");
    assert!(forgotten.contains("Secure") && forgotten.contains("Max-Age=0"), "{forgotten}");
    // Another host of the domain could have set one without the prefix.
    let foreign = app.client.with_cookie("console_next=/console/beta");
    assert!(!foreign.page("/console/login").await.text.contains("data-next"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_that_waits_keeps_what_was_searched_for() {
    let app = TestApp::start().await;
    for asked in [
        "/console/beta?q=J%C3%BCrgen%20%26%20Co",
        "/console/beta?q=a%25b*&state=ghost",
        "/console/audit?target_id=ada%2Bx%40example.com",
    ] {
        let sent = app.client.page(asked).await;
        let page = app.client.with_cookie(sent.cookie()).page("/console/login").await;
        page.assert_page(200, &format!("data-next=\"{}\"", asked.replace('&', "&#38;")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_page_waits_and_no_download() {
    let app = TestApp::start().await;
    for asked in ["/console/nothing", "/console/betamax", "/console/session?a=b", "/console/docs"] {
        let sent = app.client.page(asked).await;
        sent.assert_redirect("/console/login");
        assert_eq!(sent.header("set-cookie"), "", "{asked}");
    }
    for (asked, page) in [
        ("/console", "/console"),
        ("/console/flags", "/console/flags"),
        ("/console/admins/7", "/console/admins/7"),
        ("/console/audit?format=csv", "/console/audit"),
        (
            "/console/audit?actor=cli&%66ormat=csv&until=2026-06-12",
            "/console/audit?actor=cli&#38;until=2026-06-12",
        ),
    ] {
        let sent = app.client.page(asked).await;
        let login = app.client.with_cookie(sent.cookie()).page("/console/login").await;
        login.assert_page(200, &format!("data-next=\"{page}\""));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_leads_to_no_other_place() {
    let app = TestApp::start().await;
    for next in [
        "https://evil.example/console/beta",
        "//evil.example/console/",
        "/console/../evil",
        "/console//evil.example",
        "/elsewhere",
        "javascript:alert(1)",
        "/console/logout",
    ] {
        let client = app.client.with_cookie(format!("console_next={next}"));
        let page = client.page("/console/login").await;
        page.assert_page(200, "Sign in with a passkey");
        assert!(!page.text.contains("data-next"), "{next}");
    }
    for ask in [Ask::get("/console/enroll?token=secret").html(), Ask::get("/console/login").html()]
    {
        assert_eq!(app.client.send(ask).await.header("set-cookie"), "");
    }
    let posted = app.client.submit("/console/flags/beta_ghost_reset", &[("enabled", "true")]).await;
    posted.assert_redirect("/console/login");
    assert_eq!(posted.header("set-cookie"), "");
}
