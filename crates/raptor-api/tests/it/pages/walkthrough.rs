//! `GET` and `POST /walkthrough`, with a stand-in for the Console.

use ghost_contracts::console::{WALKTHROUGH_CONSUME_PATH, WALKTHROUGH_VERIFY_PATH};
use test_support::Answer;
use test_support::proxy::Rule;
use test_support::software_passkey::SoftwarePasskey;

use super::dead_ends::assert_dead_end;
use crate::helpers::{Ask, Reply, TestApp};

const NDA: &str = "2026-06";

pub async fn open(app: &TestApp, token: &str) -> Reply {
    app.client.page(&format!("/walkthrough?token={token}")).await
}

pub fn form(token: &str, rest: &str) -> Ask<'static> {
    let body = format!("token={token}&{rest}");
    Ask::post("/walkthrough", "application/x-www-form-urlencoded", body)
}

pub fn accepting(token: &str) -> Ask<'static> {
    form(token, &format!("nda_version={NDA}&nda_accepted=true"))
}

pub async fn accept(app: &TestApp, token: &str) -> Reply {
    app.client.send(accepting(token).html()).await
}

/// The bootstrap token that an answer leads to.
pub fn bootstrap_token(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.header("location").strip_prefix("/signup?token=").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_leads_to_an_account_without_any_javascript_but_the_passkey() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let page = open(&app, &token).await;
    assert_eq!(page.status, 200);
    for text in ["Ada &#60;Lovelace&#62;", "First of all &#60;b&#62;.", "Second of all.", NDA] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(page.text.contains(r#"name="nda_accepted" value="true" required"#));
    assert!(!page.text.contains("<script"));
    let accepted = accept(&app, &token).await;
    let bootstrap = bootstrap_token(&accepted);
    assert!(app.console.consumed_by(&token).is_some());
    let audit = app.audit("account.bootstrap_token_minted").await;
    assert_eq!(audit[0]["actor_user_id"], "walkthrough");
    assert_eq!(app.client.page(accepted.header("location")).await.status, 200);
    app.sign_up_with(&mut SoftwarePasskey::new(), &bootstrap).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_consumes_nothing_and_is_kept_nowhere() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let first = open(&app, &token).await;
    let second = open(&app, &token).await;
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(first.header("referrer-policy"), "no-referrer");
    let cookie = first.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7200"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_ne!(first.cookie(), second.cookie());
    assert!(app.console.consumed_by(&token).is_none());
    assert!(app.gateway.seen_at(WALKTHROUGH_CONSUME_PATH).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_bad_shape_is_refused_without_asking_the_console() {
    let app = TestApp::start().await;
    let long = "a".repeat(2100);
    for token in ["", "x", "a.b", "a.b.c.d", "a.%20.c", &format!("a.b.{long}")] {
        let page = open(&app, token).await;
        assert_eq!(page.status, 404, "{token}");
        assert_eq!(accept(&app, token).await.status, 404, "{token}");
    }
    let reply = app.client.get("/walkthrough?token=x").await;
    reply.assert_error(404, "token_not_usable");
    assert_eq!(reply.json()["reason"], "unknown");
    assert!(app.gateway.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_invitation_says_which() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    for (reason, status, title) in [
        ("expired", 410, "This invitation has expired"),
        ("revoked", 410, "This invitation was replaced"),
        ("consumed", 410, "This invitation was used"),
        ("unknown", 404, "We do not know this invitation"),
    ] {
        app.console.change(&token, |invitation| invitation.refused = Some(reason));
        for page in [open(&app, &token).await, accept(&app, &token).await] {
            assert_dead_end(&page, status, title);
            assert_eq!(page.header("referrer-policy"), "no-referrer");
        }
        let reply = app.client.get(&format!("/walkthrough?token={token}")).await;
        reply.assert_error(status, "token_not_usable");
        assert_eq!(reply.json()["reason"], reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_console_is_away_the_page_says_to_try_again() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    for rule in [Rule::Cut, Rule::Answer(Answer::garbage())] {
        app.gateway.always(WALKTHROUGH_VERIFY_PATH, rule);
        for page in [open(&app, &token).await, accept(&app, &token).await] {
            assert_dead_end(&page, 503, "We cannot go on right now");
            assert!(page.text.contains("Wait a moment, then try again."), "{}", page.text);
            assert!(!page.header("retry-after").is_empty());
        }
    }
    app.gateway.always(WALKTHROUGH_VERIFY_PATH, Rule::Pass);
    bootstrap_token(&accept(&app, &token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agreement_that_is_accepted_already_is_not_asked_for_again() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    app.console.change(&token, |invitation| invitation.acknowledged = true);
    let page = open(&app, &token).await;
    assert!(!page.text.contains("nda_accepted"), "{}", page.text);
    assert!(page.text.contains("Accepted already") && page.text.contains("Welcome back"));
    assert!(page.text.contains("Second of all."), "it can be read again: {}", page.text);
    let accepted = app.client.send(form(&token, &format!("nda_version={NDA}")).html()).await;
    bootstrap_token(&accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_tick_the_page_comes_again_and_nothing_is_spent() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let unticked = || form(&token, &format!("nda_version={NDA}"));
    let page = app.client.send(unticked().html()).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("tick the box") && page.text.contains("<form"), "{}", page.text);
    app.client.send(unticked()).await.assert_error(400, "nda_not_accepted");
    assert!(app.console.consumed_by(&token).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_agreement_is_shown_and_nothing_is_spent() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    app.console.change(&token, |invitation| invitation.nda_version = "2026-07".to_owned());
    let page = accept(&app, &token).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("has changed") && page.text.contains("2026-07"), "{}", page.text);
    let reply = app.client.send(accepting(&token)).await;
    reply.assert_error(409, "nda_version_outdated");
    assert_eq!(reply.json()["nda_version"], "2026-07");
    assert!(app.console.consumed_by(&token).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_registration_is_off_the_invitation_stays_unspent() {
    let app = TestApp::start_with_variable("FLAG_WEBAUTHN_REGISTRATION", "0").await;
    let token = app.console.invite("ada@example.com");
    assert_eq!(open(&app, &token).await.status, 200);
    let page = accept(&app, &token).await;
    assert_dead_end(&page, 404, "Signing up is closed for now");
    assert!(page.text.contains("not used up"), "{}", page.text);
    assert!(app.console.consumed_by(&token).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_account_keeps_its_invitation() {
    let app = TestApp::start().await;
    app.sign_up("ada@example.com").await;
    let token = app.console.invite("ada@example.com");
    let page = accept(&app, &token).await;
    assert_dead_end(&page, 409, "You have an account already");
    assert!(page.text.contains("not used up"), "{}", page.text);
    assert!(app.console.consumed_by(&token).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_database_or_challenge_store_nothing_is_spent() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    app.cut_off_database().await;
    assert_eq!(accept(&app, &token).await.status, 503);
    assert!(app.console.consumed_by(&token).is_none());
    // One that answers and takes no writes is no better.
    app.set_for_new_connections("default_transaction_read_only", "on").await;
    let page = accept(&app, &token).await;
    assert_eq!(page.status, 503);
    assert!(!page.header("retry-after").is_empty());
    assert!(app.gateway.seen_at(WALKTHROUGH_CONSUME_PATH).is_empty());
    let app = TestApp::start_with_variable("REDIS_URL", "redis://127.0.0.1:1").await;
    let token = app.console.invite("ada@example.com");
    assert_eq!(accept(&app, &token).await.status, 503);
    assert!(app.console.consumed_by(&token).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_form_is_refused_before_anybody_is_asked() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    for rest in ["", "nda_version=1&nda_accepted=maybe", "nda_version=1&more=1"] {
        app.client.send(form(&token, rest)).await.assert_error(400, "invalid_request");
    }
    let json = Ask::post("/walkthrough", "application/json", "{}");
    app.client.send(json).await.assert_error(415, "unsupported_media_type");
    let huge = form(&token, &"a".repeat(70_000));
    app.client.send(huge).await.assert_error(413, "payload_too_large");
    assert!(app.gateway.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_request_id_travels_to_the_console() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let path = format!("/walkthrough?token={token}");
    app.client.send(Ask::get(&path).header("x-request-id", "travelling-id")).await;
    assert_eq!(app.console.request_ids(), ["travelling-id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_form_cannot_use_the_session_cookie() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let (_, mut passkey) = app.sign_up("bob@example.com").await;
    let cookie = app.sign_in(&mut passkey).await.cookie();
    let foreign = accepting(&token).cookie(cookie).header("sec-fetch-site", "cross-site");
    app.client.send(foreign).await.assert_error(403, "cross_origin");
    assert!(app.console.consumed_by(&token).is_none());
}
