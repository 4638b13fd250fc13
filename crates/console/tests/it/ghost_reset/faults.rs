//! What happens when a step fails.

use ghost_contracts::raptor::GHOST_DELETE_PATH;
use serde_json::json;
use test_support::Answer;
use test_support::postmark::Outcome;
use test_support::proxy::Rule;

use super::{EMAIL, Story};
use crate::observability::Scrape;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_first_audit_row_nothing_happens() {
    let story = Story::ghost_with_a_row().await;
    story
        .system
        .console
        .database
        .break_audit_log("NEW.action = 'console.beta.ghost_reset.initiated'")
        .await;
    story.reset().await.assert_error(500, "audit_write_failed");
    assert!(story.system.to_raptor.seen_at(GHOST_DELETE_PATH).is_empty());
    assert!(story.runs().await.is_empty());
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_raptors_audit_row_nothing_is_deleted_and_nothing_minted() {
    let story = Story::ghost_with_a_row().await;
    story.system.raptor.database.break_audit_log("NEW.action = 'account.ghost_reset'").await;
    story.reset().await.assert_error(502, "raptor_delete_failed");
    assert_eq!(story.trail().await, ["initiated", "failed"]);
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("failed".to_owned()))]);
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_last_audit_row_the_reset_stays_unfinished_and_can_be_run_again() {
    let story = Story::ghost_with_a_row().await;
    story
        .system
        .console
        .database
        .break_audit_log("NEW.action = 'console.beta.ghost_reset.completed'")
        .await;
    story.reset().await.assert_error(500, "audit_write_failed");
    assert_eq!(story.users().await, 0);
    assert_eq!(story.runs().await, [("mail_attempted".to_owned(), None)]);
    story.system.console.sql("DROP TRIGGER refuse_audit ON audit_log").await;
    assert_eq!(story.reset().await.status, 200);
    assert_eq!(story.trail().await, ["initiated", "initiated", "completed"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_raptor_is_a_failed_reset() {
    let story = Story::ghost_with_a_row().await;
    let refusal = Answer::json(500, &json!({"error": "internal", "message": "No."}));
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::Answer(refusal));
    story.reset().await.assert_error(502, "raptor_delete_failed");
    assert_eq!(story.trail().await, ["initiated", "failed"]);
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("failed".to_owned()))]);
    let finished = Scrape::of(&story.system.console.client).await;
    let failed = [("outcome", "failed")];
    assert_eq!(finished.value("beta_ghost_resets_finished_total", &failed), Some(1.0));
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_answer_is_asked_for_once_more_with_a_fresh_token() {
    let story = Story::ghost_with_a_row().await;
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    assert_eq!(story.reset().await.status, 200);
    let asked = story.system.to_raptor.seen_at(GHOST_DELETE_PATH);
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].header("authorization"), asked[1].header("authorization"));
    assert_eq!(asked[0].header("x-request-id"), asked[1].header("x-request-id"));
    assert_eq!(story.trail().await, ["initiated", "completed"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_not_accepted_does_not_undo_the_reset() {
    let story = Story::ghost_with_a_row().await;
    story.system.postmark.once(Outcome::Refuse { status: 422, error_code: 412 });
    let answer = story.reset().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!((&body["email_sent"], &body["email_sent_to"]), (&json!(false), &json!(null)));
    let completed = story.system.console.audited("console.beta.ghost_reset.completed").await;
    assert_eq!(completed[0]["payload"]["email_sent"], false);
    let waiting = "SELECT status, attempts, next_attempt_at <= now() + interval '10 seconds' \
                   AS soon FROM mail_outbox WHERE kind = 'ghost_reset'";
    assert_eq!(
        story.system.console.rows(waiting).await,
        [json!({"status": "pending", "attempts": 1, "soon": true})]
    );
    let link = story.operator.client.reveal_link(story.tester).await;
    assert_eq!(link.status, 200, "{link:?}");
    let revealed = story.system.console.audited("console.beta.invitation_link.revealed").await;
    assert_eq!(revealed.len(), 1);
    assert!(!revealed[0].to_string().contains("eyJ"), "{revealed:?}");
    let resent = story.operator.client.resend(story.tester).await;
    assert_eq!(resent.json()["email_sent_to"], EMAIL);
    assert_eq!(resent.json()["token_id"], body["new_token_id"]);
    story.back_in().await;
}
