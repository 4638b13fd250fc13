//! Two at once, and operators who leave.

use std::time::Duration;

use ghost_contracts::raptor::GHOST_DELETE_PATH;
use test_support::hold::Held;
use test_support::wait::eventually;

use super::{EMAIL, Story};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_presses_leave_one_live_link_and_at_most_one_surplus_mail() {
    let story = Story::ghost_with_a_row().await;
    let (one, two) = tokio::join!(story.reset(), story.reset());
    assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
    assert_eq!(one.json()["new_token_id"], two.json()["new_token_id"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    assert!((2..=3).contains(&story.system.postmark.mails_to(EMAIL).len()));
    assert_eq!(story.users().await, 0);
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_leave_one_live_link_and_both_are_in_the_audit_log() {
    let story = Story::ghost_without_a_row().await;
    let other = story.system.console.enrol_as("second@raxx.example", "superadmin").await;
    let (one, two) = tokio::join!(story.reset(), other.client.ghost_reset(story.tester));
    assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    let mut trail = story.trail().await;
    trail.sort();
    assert_eq!(trail, ["completed", "completed", "initiated", "initiated"]);
    let actors = "SELECT DISTINCT actor FROM audit_log WHERE action LIKE '%.ghost_reset.%'";
    assert_eq!(story.system.console.rows(actors).await.len(), 2);
    assert!((2..=3).contains(&story.system.postmark.mails_to(EMAIL).len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_reset_within_a_minute_keeps_the_link_of_the_first() {
    let story = Story::ghost_with_a_row().await;
    let (first, second) = (story.reset().await.json(), story.reset().await.json());
    assert_eq!(first["new_token_id"], second["new_token_id"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    let old = "UPDATE beta_walkthrough_tokens SET created_at = created_at - interval '61 seconds'";
    story.system.console.sql(old).await;
    let third = story.reset().await.json();
    assert_ne!(first["new_token_id"], third["new_token_id"]);
    assert_eq!(story.tokens().await, ["revoked", "revoked", "live"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_leaves_during_the_deletion_changes_nothing() {
    let story = Story::ghost_with_a_row().await;
    press_and_leave(&story, story.system.to_raptor.hold_request(GHOST_DELETE_PATH)).await;
    finished(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_leaves_before_the_answer_to_the_deletion_changes_nothing() {
    let story = Story::ghost_with_a_row().await;
    press_and_leave(&story, story.system.to_raptor.hold_answer(GHOST_DELETE_PATH)).await;
    finished(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_leaves_while_the_mail_goes_out_changes_nothing() {
    let story = Story::ghost_with_a_row().await;
    press_and_leave(&story, story.system.postmark.hold()).await;
    finished(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_told_to_stop_finishes_the_reset_first() {
    let mut story = Story::ghost_with_a_row().await;
    let mut held = story.system.to_raptor.hold_request(GHOST_DELETE_PATH);
    tokio::select! {
        answer = story.reset() => panic!("answered already: {answer:?}"),
        () = held.arrived() => {}
    }
    let release = async {
        tokio::task::yield_now().await;
        held.release();
    };
    let stopped = tokio::time::timeout(Duration::from_secs(15), story.system.console.stop());
    let (stopped, ()) = tokio::join!(stopped, release);
    stopped.unwrap();
    assert_eq!(story.trail().await, ["initiated", "completed"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
}

/// The operator presses the button and is gone when the reset has come as far as `held`.
async fn press_and_leave(story: &Story, mut held: Held) {
    tokio::select! {
        answer = story.reset() => panic!("answered already: {answer:?}"),
        () = held.arrived() => {}
    }
    held.release();
}

/// The reset came to its end though nobody waited for it.
async fn finished(story: &Story) {
    eventually("the reset is completed", || async {
        let runs = story.runs().await;
        (runs == [("completed".to_owned(), Some("completed".to_owned()))]).then_some(())
    })
    .await;
    assert_eq!(story.trail().await, ["initiated", "completed"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    assert_eq!(story.users().await, 0);
    story.back_in().await;
}
