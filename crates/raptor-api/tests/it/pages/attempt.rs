//! An attempt to accept an invitation: what repeats it gets the same answer, what only looks like
//! it does not.

use ghost_contracts::console::WALKTHROUGH_CONSUME_PATH;
use test_support::proxy::Rule;
use test_support::software_passkey::SoftwarePasskey;

use super::walkthrough::{accept, accepting, bootstrap_token, form, open};
use crate::helpers::{Ask, Reply, TestApp};

/// What a browser without cookies sends from a page.
fn accepting_on(page: &Reply, token: &str) -> Ask<'static> {
    let (_, rest) = page.text.split_once(r#"name="attempt_id" value=""#).unwrap();
    let (attempt, _) = rest.split_once('"').unwrap();
    form(token, &format!("nda_version=2026-06&nda_accepted=true&attempt_id={attempt}")).html()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_answer_is_asked_for_once_more_with_the_same_attempt() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let attempt = open(&app, &token).await.cookie();
    app.gateway.once(WALKTHROUGH_CONSUME_PATH, Rule::CutAnswer);
    let accepted = app.client.send(accepting(&token).html().cookie(attempt.as_str())).await;
    bootstrap_token(&accepted);
    let asked = app.gateway.seen_at(WALKTHROUGH_CONSUME_PATH);
    let attempts: Vec<_> = asked.iter().map(|seen| seen.json()["attempt_id"].clone()).collect();
    let id = attempt.split_once('=').unwrap().1;
    assert_eq!(attempts, [id, id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_post_leads_on_though_the_invitation_is_spent() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let attempt = open(&app, &token).await.cookie();
    let post = || app.client.send(accepting(&token).html().cookie(attempt.as_str()));
    // The first answer is lost on its way, twice: the page says to try again.
    for _ in 0..2 {
        app.gateway.once(WALKTHROUGH_CONSUME_PATH, Rule::CutAnswer);
    }
    let lost = post().await;
    assert_eq!(lost.status, 503);
    assert_eq!(lost.cookie(), attempt);
    let bootstrap = bootstrap_token(&post().await);
    // A double tap gets a token of its own; either works, one account comes of it.
    bootstrap_token(&post().await);
    app.sign_up_with(&mut SoftwarePasskey::new(), &bootstrap).await;
    let late = post().await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("invitation was used"), "{}", late.text);
    assert!(!late.text.contains("not used up"), "{}", late.text);
    // Nobody else gets in with the spent invitation.
    assert_eq!(accept(&app, &token).await.status, 410);
    let stranger = format!("walkthrough_attempt={}", uuid::Uuid::new_v4());
    assert_eq!(app.client.send(accepting(&token).html().cookie(stranger)).await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_by_the_link_after_a_lost_answer_is_offered_to_go_on() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let attempt = open(&app, &token).await.cookie();
    bootstrap_token(&app.client.send(accepting(&token).cookie(attempt.as_str())).await);
    let path = format!("/walkthrough?token={token}");
    let page = app.client.send(Ask::get(&path).html().cookie(attempt.as_str())).await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("Go on to my passkey"), "{}", page.text);
    let go_on = form(&token, "nda_version=").html().cookie(attempt.as_str());
    bootstrap_token(&app.client.send(go_on).await);
    // Somebody else is not, and neither is a program.
    assert!(!open(&app, &token).await.text.contains("<form"));
    let program = app.client.send(Ask::get(&path).cookie(attempt)).await;
    program.assert_error(410, "token_not_usable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_without_the_cookie_is_given_one_to_repeat_itself_with() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let accepted = accept(&app, &token).await;
    bootstrap_token(&accepted);
    let again = app.client.send(accepting(&token).html().cookie(accepted.cookie())).await;
    bootstrap_token(&again);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_while_the_button_is_at_work_keeps_the_attempt() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let attempt = open(&app, &token).await.cookie();
    let path = format!("/walkthrough?token={token}");
    let reloaded = app.client.send(Ask::get(&path).html().cookie(attempt.as_str())).await;
    // Its life begins anew, and what the browser sends from now on is the same attempt.
    assert_eq!(reloaded.cookie(), attempt);
    assert!(reloaded.header("set-cookie").contains("Max-Age=7200"));
    bootstrap_token(&app.client.send(accepting(&token).cookie(attempt)).await);
    bootstrap_token(&app.client.send(accepting(&token).cookie(reloaded.cookie())).await);
    // A cookie that is none of ours is replaced.
    let foreign = Ask::get(&path).html().cookie("walkthrough_attempt=x");
    let other = app.console.invite("bob@example.com");
    let path = format!("/walkthrough?token={other}");
    let replaced = app.client.send(Ask { path: &path, ..foreign }).await;
    assert_ne!(replaced.cookie(), "walkthrough_attempt=x");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_tap_without_cookies_is_one_attempt() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let page = open(&app, &token).await;
    let first = app.client.send(accepting_on(&page, &token)).await;
    bootstrap_token(&first);
    bootstrap_token(&app.client.send(accepting_on(&page, &token)).await);
    let consumed_by = app.console.consumed_by(&token).unwrap();
    assert_eq!(first.cookie(), format!("walkthrough_attempt={consumed_by}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_shown_again_repeats_its_attempt() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let unticked = form(&token, "nda_version=2026-06").html();
    let again = app.client.send(unticked).await;
    assert_eq!(again.status, 400);
    bootstrap_token(&app.client.send(accepting_on(&again, &token)).await);
    let consumed_by = app.console.consumed_by(&token).unwrap();
    assert_eq!(again.cookie(), format!("walkthrough_attempt={consumed_by}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_counts_more_than_the_form() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let (page, other) = (open(&app, &token).await, open(&app, &token).await);
    let accepted = accepting_on(&page, &token).cookie(other.cookie());
    bootstrap_token(&app.client.send(accepted).await);
    let consumed_by = app.console.consumed_by(&token).unwrap();
    assert_eq!(other.cookie(), format!("walkthrough_attempt={consumed_by}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_after_the_invitation_was_spent_says_so_and_can_be_repeated() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let attempt = open(&app, &token).await.cookie();
    let post = || app.client.send(accepting(&token).html().cookie(attempt.as_str()));
    app.break_audit_log().await;
    let failed = post().await;
    assert_eq!(failed.status, 500);
    assert!(app.console.consumed_by(&token).is_some());
    assert!(!failed.text.contains("nothing was changed"), "{}", failed.text);
    for truth in ["invitation was accepted", "within ten minutes"] {
        assert!(failed.text.contains(truth), "{}", failed.text);
    }
    let program = app.client.send(accepting(&token).cookie(attempt.as_str())).await;
    program.assert_error(500, "audit_write_failed");
    app.sql("DROP TRIGGER refuse_audit ON audit_log").await;
    bootstrap_token(&post().await);
}
