//! `GET /signup`.

use chrono::TimeDelta;
use test_support::software_passkey::SoftwarePasskey;

use super::dead_ends::assert_dead_end;
use crate::helpers::{Ask, BootstrapPayload, Reply, TestApp};

async fn open(app: &TestApp, token: &str) -> Reply {
    app.client.page(&format!("/signup?token={token}")).await
}

async fn reason(app: &TestApp, token: &str) -> String {
    let reply = app.client.get(&format!("/signup?token={token}")).await;
    reply.assert_error(410, "invalid_signup_link");
    reply.json()["reason"].as_str().unwrap().to_owned()
}

#[track_caller]
fn assert_guarded(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_link_opens_the_page_and_nothing_is_consumed_by_that() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    for _ in 0..2 {
        let page = open(&app, &token).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert_guarded(&page);
        assert!(page.text.contains("ada@example.com") && page.text.contains(&token));
        assert!(page.text.contains("<noscript>"));
    }
    let head = Ask::get("/signup").method(reqwest::Method::HEAD);
    assert_eq!(app.client.send(head).await.status, 400);
    assert_eq!(app.count("users").await, 0);
    app.sign_up_with(&mut SoftwarePasskey::new(), &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_not_ours_is_a_400_page_without_a_reason() {
    let app = TestApp::start().await;
    let other_key = "another-key-of-the-tests-0123456789abc";
    let foreign = BootstrapPayload::new(&app, "ada@example.com").sign_with(other_key);
    let made_now = BootstrapPayload::new(&app, "ada@example.com");
    let early = made_now.iat + 60;
    let early = made_now.issued_at(early).sign();
    for path in [
        "/signup".to_owned(),
        "/signup?token=x".to_owned(),
        format!("/signup?token={foreign}"),
        format!("/signup?token={early}"),
    ] {
        let page = app.client.page(&path).await;
        assert_dead_end(&page, 400, "This link is incomplete");
        assert_guarded(&page);
        let reply = app.client.get(&path).await;
        reply.assert_error(400, "invalid_signup_link");
        assert!(reply.json().get("reason").is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_link_says_what_has_become_of_it() {
    let app = TestApp::start().await;
    let used = app.mint("used@example.com").await;
    app.sign_up_with(&mut SoftwarePasskey::new(), &used).await;
    assert_eq!(reason(&app, &used).await, "used");
    let payload = BootstrapPayload::new(&app, "reset@example.com");
    let made = payload.iat - 5;
    let replaced = payload.issued_at(made).sign();
    app.client.ghost_delete("reset@example.com").await;
    assert_eq!(reason(&app, &replaced).await, "replaced");
    let expired = app.mint("late@example.com").await;
    app.let_pass(TimeDelta::minutes(31));
    assert_eq!(reason(&app, &expired).await, "expired");
    for (token, words) in
        [(&used, "was used"), (&replaced, "was replaced"), (&expired, "has expired")]
    {
        let page = open(&app, token).await;
        assert_dead_end(&page, 410, &format!("This link {words}"));
        assert_guarded(&page);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_in_use_is_a_409_page_that_leads_to_sign_in() {
    let app = TestApp::start().await;
    app.sign_up("ada@example.com").await;
    let page = open(&app, &app.mint("ada@example.com").await).await;
    assert_dead_end(&page, 409, "You have an account already");
    assert!(page.text.contains("Go to sign-in"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_registration_is_off_there_is_no_page() {
    let app = TestApp::start_with_variable("FLAG_WEBAUTHN_REGISTRATION", "0").await;
    let page = open(&app, &app.mint("ada@example.com").await).await;
    assert_dead_end(&page, 404, "Signing up is closed for now");
}
