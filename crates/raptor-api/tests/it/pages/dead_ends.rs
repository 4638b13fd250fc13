//! What every page that leads nowhere has in common, and where its button leads.

use std::collections::BTreeSet;

use ghost_contracts::console::WALKTHROUGH_VERIFY_PATH;
use test_support::proxy::Rule;

use super::walkthrough::{accept, form};
use crate::helpers::{Ask, Options, Reply, TestApp};

/// A page says what happened, what to do next, whom to ask and what to tell them.
#[track_caller]
pub fn assert_dead_end(page: &Reply, status: u16, title: &str) {
    assert_eq!(page.status, status, "{page:?}");
    assert_eq!(page.text.matches("<h1").count(), 1, "{}", page.text);
    for words in [
        &format!("<h1>{title}</h1>"),
        "What to do next",
        "Who can help",
        "The person who invited you",
        page.header("x-request-id"),
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let says_what_changed =
        ["Nothing was", "nothing was", "not used up", "as they were", "was accepted"];
    assert!(says_what_changed.iter().any(|words| page.text.contains(words)), "{}", page.text);
}

/// The address of the page's main button.
fn button(page: &Reply) -> String {
    let (_, rest) = page.text.split_once(r#"<a class="button" href=""#).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The page of a form that failed names no token (invariant 6): it says where to find the link.
#[track_caller]
fn assert_says_how(page: &Reply, token: &str) {
    let how = "To do so, go back and press the button once more, or open the link in our e-mail \
               again.";
    assert_eq!(page.text.matches(how).count(), 1, "{}", page.text);
    assert!(!page.text.contains(token), "{}", page.text);
    assert!(!page.text.contains(">Try again</a>"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_refusal_of_the_form_names_the_invitation() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    for reason in ["expired", "revoked", "consumed", "unknown"] {
        app.console.change(&token, |invitation| invitation.refused = Some(reason));
        let page = accept(&app, &token).await;
        assert!(!page.text.contains(&token), "{reason}: {}", page.text);
    }
    let unreadable = form(&token, "nda_version=2026-06&nda_accepted=true&more=1").html();
    let page = app.client.send(unreadable).await;
    assert_eq!(page.status, 400);
    assert!(!page.text.contains(&token), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn try_again_opens_the_same_link_and_after_a_form_the_page_says_how() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    app.gateway.always(WALKTHROUGH_VERIFY_PATH, Rule::Cut);
    let path = format!("/walkthrough?token={token}");
    // An empty address is the page's own. That of a POST asks for nothing.
    assert_eq!(button(&app.client.page(&path).await), "");
    assert_says_how(&accept(&app, &token).await, &token);
    let program = app.client.get(&path).await;
    program.assert_error(503, "service_unavailable");
    assert!(!accept(&app, "a.b.c").await.header("retry-after").is_empty());
    app.gateway.always(WALKTHROUGH_VERIFY_PATH, Rule::Pass);
    assert_eq!(app.client.page(&path).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_signing_up_is_closed_the_person_can_come_back_later() {
    let app = TestApp::start_with_variable("FLAG_WEBAUTHN_REGISTRATION", "0").await;
    let token = app.console.invite("ada@example.com");
    let page = accept(&app, &token).await;
    assert_dead_end(&page, 404, "Signing up is closed for now");
    assert!(
        page.text.contains("Try again later. If the link no longer works then"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(&token), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_fault_the_link_leads_to_where_one_can_go_on() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    app.break_audit_log().await;
    let page = accept(&app, &token).await;
    assert_dead_end(&page, 500, "That was our fault");
    assert_says_how(&page, &token);
    // The link that is in the mail, in the same browser.
    let path = format!("/walkthrough?token={token}");
    let there = app.client.send(Ask::get(&path).html().cookie(page.cookie())).await;
    assert!(there.text.contains("Go on to my passkey"), "{}", there.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_too_fast_is_told_how_long_to_wait() {
    let variables = vec![("PUBLIC_RATE_LIMIT", "1".to_owned())];
    let app = TestApp::start_with(Options { variables, ..Options::default() }).await;
    app.client.page("/signup").await;
    let page = app.client.page("/signup").await;
    assert_dead_end(&page, 429, "One moment, please");
    let wait = page.header("retry-after");
    assert!(page.text.contains(&format!("Wait {wait} seconds, then try again.")), "{}", page.text);
    assert_eq!(button(&page), "");
    // The form's answer cannot be asked for again by a link.
    let posted = accept(&app, "a.b.c").await;
    assert_dead_end(&posted, 429, "One moment, please");
    assert!(posted.text.contains("then go back and press the button once more"));
    assert!(!posted.text.contains(">Try again</a>"), "{}", posted.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_lead_nowhere_get_a_page_too() {
    let app = TestApp::start().await;
    assert_dead_end(&app.client.page("/nowhere").await, 404, "There is nothing here");
    let posted = app.client.send(Ask::get("/signup").html().method(reqwest::Method::POST)).await;
    assert_dead_end(&posted, 405, "This page does not work like that");
    let unreadable = app.client.send(form("a.b.c", "").html()).await;
    assert_dead_end(&unreadable, 400, "We could not read that");
    let foreign = form("a.b.c", "nda_version=1").html().header("sec-fetch-site", "cross-site");
    let foreign = app.client.send(foreign.cookie("raptor_session=x")).await;
    assert_dead_end(&foreign, 403, "This came from another site");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_dead_invitation_has_a_page_of_its_own() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let mut titles = BTreeSet::new();
    for reason in ["expired", "revoked", "consumed", "unknown"] {
        app.console.change(&token, |invitation| invitation.refused = Some(reason));
        let page = app.client.page(&format!("/walkthrough?token={token}")).await;
        let (_, title) = page.text.split_once("<h1>").unwrap();
        titles.insert(title.split("</h1>").next().unwrap().to_owned());
    }
    assert_eq!(titles.len(), 4, "{titles:?}");
}
