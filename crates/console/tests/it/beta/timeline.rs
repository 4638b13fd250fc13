//! The time line on a tester's page.

use std::time::{Duration, Instant};

use ghost_contracts::raptor::{GHOST_CHECK_PATH, SIGNUP_TIMELINE_PATH};
use serde_json::json;
use test_support::Answer;
use test_support::postmark::Outcome;
use test_support::proxy::Rule;

use crate::helpers::{Operator, System, token_of_row};

const EMAIL: &str = "ada@example.com";

/// Where each of these stands on the page, in this order.
#[track_caller]
fn assert_order(text: &str, words: &[&str]) {
    let line = text.split("id=\"time\"").nth(1).unwrap().split("</section>").next().unwrap();
    let places: Vec<_> = words
        .iter()
        .map(|words| line.find(words).unwrap_or_else(|| panic!("{words}: {line}")))
        .collect();
    assert!(places.is_sorted(), "{places:?} in {line}");
}

async fn page(operator: &Operator, tester: i64) -> String {
    let page = operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    page.text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_known_stands_in_one_line_newest_first() {
    let system = System::start().await;
    let operator = system.console.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let tester = invited["tester_id"].as_i64().unwrap();
    let token = invited["token_id"].as_i64().unwrap();
    system.console.verify(&token_of_row(token)).await;
    let earlier =
        "UPDATE beta_walkthrough_tokens SET first_opened_at = first_opened_at - interval '1 s'";
    system.console.consume(&token_of_row(token)).await;
    system.console.sql(earlier).await;
    system.signups(&json!([
        {"begun_at": "2126-06-12T10:00:00Z", "browser": "safari", "platform": "ios",
         "completed_at": null, "failed": null,
         "reported": {"at": "2126-06-12T10:00:58Z", "error": "NotAllowedError", "elapsed_ms": 58_000}},
        {"begun_at": "2126-06-12T09:00:00Z", "browser": "chrome", "platform": "android",
         "completed_at": null, "reported": null,
         "failed": {"at": "2126-06-12T09:01:00Z", "reason": "passkey_verification_failed"}},
        {"begun_at": "2126-06-12T08:00:00Z", "browser": "netscape", "platform": "beos",
         "completed_at": null, "failed": null, "reported": null}
    ]));
    system.raptor.add_shell(EMAIL, 600).await;
    let text = page(&operator, tester).await;
    assert_order(
        &text,
        &[
            "Cancelled or timed out after 58 s in Safari on iOS",
            "Began to make a passkey in Safari on iOS",
            "Passkey refused: a check failed",
            "Began to make a passkey in Chrome on Android",
            "Began to make a passkey <span class=\"fine note\">How it ended is not known.",
            &format!("Accepted the NDA and used the invitation (link {token})"),
            &format!("Link {token} opened, perhaps by a mail scanner"),
            "made, without a passkey yet",
        ],
    );
    assert_order(&text, &["accepted by Postmark", "Invitation mail (number 1) written"]);
    assert_order(&text, &["Invited to the beta", "by support@raxx.example"]);
    assert!(text.contains("The last attempt:</span> Cancelled or timed out after 58 s"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resets_and_links_shown_are_named_with_who_did_it() {
    let system = System::start().await;
    system.console.switch_ghost_reset(true).await;
    let operator = system.console.enrol("superadmin").await;
    let (tester, token) = system.console.add_tester(EMAIL).await;
    system
        .console
        .sql("UPDATE beta_walkthrough_tokens SET created_at = now() - interval '2 min'")
        .await;
    system.postmark.once(Outcome::Refuse { status: 422, error_code: 412 });
    assert_eq!(operator.client.ghost_reset(tester).await.status, 200);
    assert_eq!(operator.client.reveal_link(tester).await.status, 200);
    let text = page(&operator, tester).await;
    assert_order(
        &text,
        &[
            "Link shown",
            "Ghost reset completed, link",
            "Its mail was not accepted at the first attempt.",
            &format!("Link {token} revoked"),
            "Ghost reset begun",
            "Raptor found no account.",
            "Invited to the beta",
        ],
    );
    assert!(text.contains("by superadmin@raxx.example"));
    // The mail is told of in the same words in the time line and in the table.
    let refused = "Not accepted by Postmark so far: ";
    assert!(text.contains(&format!("{refused}“")) && text.contains(&format!("{refused}<q>")));
    for absent in ["token=", "account deleted", "ghost_no_users_row.</span>"] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_word_on_the_signups_the_page_comes_and_says_so() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester(EMAIL).await;
    let words = "Raptor does not tell how the signups went";
    system.old_raptor();
    assert!(page(&operator, tester).await.contains(words));
    for rule in [Rule::Cut, Rule::Answer(Answer::garbage())] {
        system.to_raptor.once(SIGNUP_TIMELINE_PATH, rule);
        assert!(page(&operator, tester).await.contains(words));
    }
    system.signups(&json!([]));
    assert!(!page(&operator, tester).await.contains(words));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_not_kept_waiting_for_the_signups() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester(EMAIL).await;
    assert_eq!(operator.client.tester(tester).await.status, 200);
    assert!(system.to_raptor.seen_at(SIGNUP_TIMELINE_PATH).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_signups_are_asked_for_at_the_same_time_as_the_state() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester(EMAIL).await;
    system.signups(&json!([]));
    let mut state = system.to_raptor.hold_request(GHOST_CHECK_PATH);
    let mut signups = system.to_raptor.hold_answer(SIGNUP_TIMELINE_PATH);
    let both = async {
        tokio::join!(state.arrived(), signups.arrived());
        state.release();
        signups.release();
    };
    let (text, ()) = tokio::join!(page(&operator, tester), both);
    // Asked one after the other, the first would have run out of time.
    assert!(text.contains("Not started"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signups_that_take_too_long_are_not_waited_for() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester(EMAIL).await;
    let held = system.to_raptor.hold_request(SIGNUP_TIMELINE_PATH);
    let begun = Instant::now();
    let text = page(&operator, tester).await;
    assert!(text.contains("Raptor does not tell how the signups went"));
    assert!(text.contains("Not started"));
    assert!(held.has_arrived());
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}
