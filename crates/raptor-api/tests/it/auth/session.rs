//! Sessions: both ends, renewal, logout, and who may send the cookie along.

use serde_json::json;

use crate::helpers::{Ask, TestApp};

async fn signed_in(app: &TestApp) -> String {
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    app.sign_in(&mut passkey).await.cookie()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_signed_in_without_a_session() {
    let app = TestApp::start().await;
    let stranger = format!("raptor_session={}", "A".repeat(43));
    for cookie in ["", "raptor_session=", "raptor_session=short", stranger.as_str()] {
        let reply = app.client.session(cookie).await;
        reply.assert_error(401, "unauthenticated");
        assert!(!reply.header("www-authenticate").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_kept_as_a_hash_alone() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    let id = cookie.split_once('=').unwrap().1;
    let stored = app.rows("SELECT encode(id_sha256, 'hex') AS id FROM customer_sessions").await;
    let hash = {
        use sha2::Digest as _;
        hex::encode(sha2::Sha256::digest(id.as_bytes()))
    };
    assert_eq!(stored[0]["id"], hash.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn use_moves_the_idle_end_and_renews_the_cookie() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    app.sql(
        "UPDATE customer_sessions SET created_at = now() - interval '10 days', \
         last_seen_at = now() - interval '10 days', expires_at = now() + interval '4 days'",
    )
    .await;
    let session = app.client.session(&cookie).await;
    assert_eq!(session.status, 200);
    assert_eq!(session.header("cache-control"), "no-store");
    assert!(session.header("set-cookie").contains("Max-Age=1209600"));
    let left = "SELECT round(extract(epoch FROM expires_at - last_seen_at)) FROM customer_sessions";
    assert_eq!(app.number(left).await, 14 * 24 * 3600);
    let said = session.json()["expires_at"].as_str().unwrap().to_owned();
    assert!(said.ends_with('Z'), "{said}");
    let same = format!("customer_sessions WHERE expires_at = '{said}'");
    assert_eq!(app.count(&same).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_use_moves_the_end_beyond_90_days() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    app.sql(
        "UPDATE customer_sessions SET created_at = now() - interval '80 days', \
         expires_at = now() + interval '1 day'",
    )
    .await;
    assert_eq!(app.client.session(&cookie).await.status, 200);
    let whole = "SELECT extract(epoch FROM expires_at - created_at) FROM customer_sessions";
    assert_eq!(app.number(whole).await, 90 * 24 * 3600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_over_stays_over() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    app.sql("UPDATE customer_sessions SET expires_at = now()").await;
    app.client.session(&cookie).await.assert_error(401, "unauthenticated");
    assert_eq!(app.count("customer_sessions WHERE expires_at > now()").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_out_revokes_the_session_and_makes_the_browser_forget() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    let out = app.client.logout(&cookie).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(app.count("customer_sessions WHERE revoked_at IS NOT NULL").await, 1);
    app.client.session(&cookie).await.assert_error(401, "unauthenticated");
    let user_id = app.number("SELECT user_id FROM customer_sessions").await.to_string();
    let signed_out = json!({
        "actor_user_id": user_id, "target_kind": "user", "target_id": user_id,
        "context": {"path": "logout"},
    });
    // Once more ends nothing more.
    assert_eq!(app.client.logout(&cookie).await.status, 204);
    assert_eq!(app.audit("account.signed_out").await, [signed_out]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_the_session_lives_on() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    app.break_audit_log().await;
    let refused = app.client.logout(&cookie).await;
    refused.assert_error(500, "audit_write_failed");
    assert_eq!(refused.header("set-cookie"), "");
    assert_eq!(app.client.session(&cookie).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_of_a_session_that_is_over_ends_nothing() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    app.sql("UPDATE customer_sessions SET expires_at = now()").await;
    assert_eq!(app.client.logout(&cookie).await.status, 204);
    assert!(app.audit("account.signed_out").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_out_without_a_session_is_fine() {
    let app = TestApp::start().await;
    assert_eq!(app.client.send(Ask::post("/api/auth/logout", "", "")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::start_with_variable("RAPTOR_PUBLIC_URL", "https://raptor.example").await;
    let cookie = app.client.logout("").await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-raptor_session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_page_cannot_use_the_cookie() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app).await;
    let from = |headers: &[(&'static str, &str)]| {
        let ask = Ask::post("/api/auth/logout", "", "").cookie(cookie.as_str());
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, *value))
    };
    let ours = crate::helpers::ORIGIN;
    for foreign in [
        from(&[("sec-fetch-site", "cross-site")]),
        from(&[("sec-fetch-site", "same-site")]),
        from(&[("sec-fetch-site", "cross-site"), ("origin", ours)]),
        from(&[("origin", "https://elsewhere.example")]),
        from(&[("origin", "null")]),
    ] {
        app.client.send(foreign).await.assert_error(403, "cross_origin");
    }
    assert_eq!(app.client.session(&cookie).await.status, 200);
    for own in [
        from(&[("sec-fetch-site", "same-origin"), ("origin", "null")]),
        from(&[("sec-fetch-site", "none")]),
        from(&[("origin", ours)]),
    ] {
        assert_eq!(app.client.send(own).await.status, 204);
    }
    // Without the cookie there is nothing to misuse.
    let stranger = Ask::post("/api/auth/logout", "", "").header("origin", "https://a.example");
    assert_eq!(app.client.send(stranger).await.status, 204);
}
