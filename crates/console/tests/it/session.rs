//! `admin_sessions`: renewed with each use, and over at both ends.

use super::helpers::{Ask, ORIGIN, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_in_is_told_who_they_are() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let session = operator.client.session().await;
    assert_eq!(session.status, 200);
    let expected = serde_json::json!({
        "admin_id": operator.id, "email": "support@raxx.example", "role": "support",
    });
    assert_eq!(session.json(), expected);
    assert_eq!(session.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_without_a_session_comes_in() {
    let app = TestApp::start().await;
    for cookie in ["", "console_session=short", &format!("console_session={}", "A".repeat(43))] {
        let client = app.client.with_cookie(cookie);
        let refused = client.session().await;
        refused.assert_error(401, "unauthenticated");
        assert_ne!(refused.header("www-authenticate"), "");
        client.page("/console/flags").await.assert_redirect("/console/login");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_kept_as_a_hash_alone() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let (name, id) = operator.client.cookie().split_once('=').unwrap();
    assert_eq!(name, "console_session");
    let known = format!("admin_sessions WHERE id_sha256 = sha256(convert_to('{id}', 'UTF8'))");
    assert_eq!(app.count(&known).await, 1);
    assert_eq!(app.count(&format!("admin_sessions AS s WHERE s::text LIKE '%{id}%'")).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("a@raxx.example", "readonly").await;
    let enrolled = app.enrol_with(&mut Default::default(), &token).await;
    let cookie = enrolled.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_the_cookie_is_bound_to_host_and_tls() {
    let app = TestApp::start_with(&[("CONSOLE_PUBLIC_URL", "https://console.raxx.example")]).await;
    let (_, token) = app.invite("a@raxx.example", "readonly").await;
    let options = app.enrolment_options(&token).await;
    let mut passkey = test_support::software_passkey::SoftwarePasskey::new();
    let credential = passkey.create(&options, "https://console.raxx.example");
    let enrolled = app.client.enroll_finish(&token, &credential).await;
    let cookie = enrolled.header("set-cookie");
    assert!(cookie.starts_with("__Host-console_session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
    assert_eq!(app.client.with_cookie(enrolled.cookie()).session().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_use_renews_a_session_by_30_minutes_of_idleness() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    app.sql("UPDATE admin_sessions SET expires_at = now() + interval '1 minute'").await;
    assert_eq!(operator.client.session().await.status, 200);
    let left = "SELECT extract(epoch FROM expires_at - now()) FROM admin_sessions";
    assert!((1790..=1800).contains(&app.number(left).await));
    app.sql("UPDATE admin_sessions SET expires_at = now() - interval '1 second'").await;
    operator.client.session().await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_after_12_hours_however_busy_it_is() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    app.sql("UPDATE admin_sessions SET created_at = now() - interval '11 hours 50 minutes'").await;
    assert_eq!(operator.client.session().await.status, 200);
    let left = "SELECT extract(epoch FROM expires_at - now()) FROM admin_sessions";
    assert!((590..=600).contains(&app.number(left).await));
    app.sql("UPDATE admin_sessions SET created_at = now() - interval '12 hours 1 second'").await;
    operator.client.session().await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_and_forgets_the_cookie() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let out = operator.client.logout().await;
    assert_eq!((out.status, out.text.as_str()), (204, ""));
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
    assert_eq!(app.count("admin_sessions WHERE revoked_at IS NOT NULL").await, 1);
    operator.client.session().await.assert_error(401, "unauthenticated");
    assert_eq!(operator.client.logout().await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_signs_out_lands_on_the_sign_in_page() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    operator.client.submit("/console/logout", &[]).await.assert_redirect("/console/login");
    operator.client.page("/console/flags").await.assert_redirect("/console/login");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_site_can_sign_somebody_out() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let form = || Ask::form("/console/logout", &[]);
    for foreign in [
        form().header("sec-fetch-site", "cross-site"),
        form().header("sec-fetch-site", "same-site").header("origin", ORIGIN),
        form().header("origin", "https://elsewhere.example"),
        form().header("origin", "null"),
    ] {
        operator.client.send(foreign.program()).await.assert_error(403, "cross_origin");
    }
    for own in [
        form().header("sec-fetch-site", "none"),
        form().header("sec-fetch-site", "same-origin").header("origin", "null"),
        form().header("origin", ORIGIN),
        form(),
    ] {
        assert_eq!(operator.client.send(own.program()).await.status, 204);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_role_is_read_at_every_request() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    app.sql("UPDATE admins SET role = 'readonly'").await;
    assert_eq!(operator.client.session().await.json()["role"], "readonly");
    app.sql("UPDATE admins SET revoked_at = now()").await;
    operator.client.session().await.assert_error(401, "unauthenticated");
}
