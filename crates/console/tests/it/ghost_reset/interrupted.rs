//! Resets whose end is not known.

use ghost_contracts::raptor::GHOST_DELETE_PATH;
use serde_json::json;
use test_support::Answer;
use test_support::proxy::Rule;

use super::Story;

impl Story {
    /// Lets a minute pass for the runs, so that an unfinished one counts as interrupted.
    pub(super) async fn let_a_minute_pass(&self) {
        let ago = "UPDATE beta_ghost_resets SET started_at = started_at - interval '1 minute'";
        self.system.console.sql(ago).await;
    }

    /// What the tester's file says of an interrupted reset.
    async fn interrupted(&self) -> serde_json::Value {
        self.operator.client.tester(self.tester).await.json()["interrupted_reset"].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_stays_unknown_is_shown_as_interrupted_and_finished_by_running_again() {
    let story = Story::ghost_with_a_row().await;
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    story.reset().await.assert_error(502, "raptor_delete_failed");
    assert_eq!(story.trail().await, ["initiated", "failed"]);
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("unknown".to_owned()))]);
    assert!(story.interrupted().await.is_null());
    story.let_a_minute_pass().await;
    assert_eq!(story.interrupted().await["outcome"], "unknown");
    assert_eq!(story.reset().await.status, 200);
    assert!(story.interrupted().await.is_null());
    let [first, second] = story.runs().await.try_into().unwrap();
    assert_eq!(first, ("initiated".to_owned(), Some("rerun".to_owned())));
    assert_eq!(second, ("completed".to_owned(), Some("completed".to_owned())));
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_reset_is_overtaken_once_the_account_is_seen_healthy() {
    let story = Story::ghost_with_a_row().await;
    let token = story.accept_again().await;
    story.system.to_raptor.always(GHOST_DELETE_PATH, Rule::Cut);
    story.reset().await.assert_error(502, "raptor_delete_failed");
    story.let_a_minute_pass().await;
    assert_eq!(story.interrupted().await["step"], "initiated");
    assert_eq!(story.system.raptor.sign_up(&token).await.status, 200);
    assert!(story.interrupted().await.is_null());
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("overtaken".to_owned()))]);
}

impl Story {
    /// A second permission to sign up, as a command mints it: the first was spent by the begin.
    async fn accept_again(&self) -> String {
        let token = self.system.console.rows("SELECT id FROM beta_walkthrough_tokens").await;
        let id = token[0]["id"].as_i64().unwrap();
        let unspent = "UPDATE beta_walkthrough_tokens SET consumed_at = NULL";
        self.system.console.sql(&format!("{unspent} WHERE id = {id}")).await;
        self.accept_newest_link().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_and_the_testers_page_name_an_interrupted_reset_with_the_flag_off_too() {
    let story = Story::ghost_with_a_row().await;
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    story.reset().await.assert_error(502, "raptor_delete_failed");
    story.let_a_minute_pass().await;
    let browser = &story.operator.client;
    let tester = format!("/console/beta/testers/{}", story.tester);
    for on in [true, false] {
        story.system.console.switch_ghost_reset(on).await;
        browser.page(&tester).await.assert_page(200, "A ghost reset was interrupted");
        browser.page("/console/beta").await.assert_page(200, "A ghost reset was interrupted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_after_a_cut_answer_leaves_the_outcome_open() {
    let story = Story::ghost_with_a_row().await;
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    let body = json!({"error": "not_ghost", "message": "No.", "state": "mid_enrollment"});
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::Answer(Answer::json(409, &body)));
    let answer = story.reset().await;
    answer.assert_error(409, "not_ghost");
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("it is not known whether that deleted the account"), "{message}");
    assert!(!message.contains("Nothing was deleted"), "{message}");
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("unknown".to_owned()))]);
    story.let_a_minute_pass().await;
    assert_eq!(story.interrupted().await["outcome"], "unknown");
}
