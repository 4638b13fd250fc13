//! A reset that is agreed to on a preview.

use ghost_contracts::raptor::GHOST_DELETE_PATH;
use serde_json::{Value, json};
use test_support::Answer;
use test_support::proxy::Rule;

use super::{EMAIL, Story};
use crate::helpers::{PLAN, plan_changed, preview_of};

impl Story {
    /// The bodies of every ghost-delete that was asked.
    fn deletions(&self) -> Vec<Value> {
        let seen = self.system.to_raptor.seen_at(GHOST_DELETE_PATH);
        seen.iter().map(|request| request.json()).collect()
    }

    /// Raptor's next ghost-delete finds more e-mail verifications than the plan has.
    fn raptor_finds_more(&self) {
        let now = preview_of(42, &[("email_verifications", "delete", 3)]);
        let answer = Answer::json(409, &plan_changed(&["email_verifications"], &now));
        self.system.to_raptor.once(GHOST_DELETE_PATH, Rule::Answer(answer));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_handed_on_only_where_one_came() {
    let story = Story::ghost_without_a_row().await;
    let deleted = Rule::Answer(Answer::new(204, "text/plain", ""));
    story.system.to_raptor.always(GHOST_DELETE_PATH, deleted);
    let (client, path) = (&story.operator.client, story.path());
    for body in [json!({}), json!({"plan": null}), json!({"plan": PLAN})] {
        assert_eq!(client.post(&path, &body).await.status, 200);
    }
    client.submit(&path, &[]).await.assert_redirect("/console/beta");
    client.submit(&path, &[("plan", PLAN)]).await.assert_redirect("/console/beta");
    let bare = json!({"email": EMAIL, "actor_admin_id": story.operator.id});
    let mut planned = bare.clone();
    planned["plan"] = json!(PLAN);
    let expected = [bare.clone(), bare.clone(), planned.clone(), bare, planned];
    assert_eq!(story.deletions(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_no_plan_is_refused_before_anything_happens() {
    let story = Story::ghost_without_a_row().await;
    let (client, path) = (&story.operator.client, story.path());
    let long = "p".repeat(401);
    for plan in [json!(""), json!("a plan"), json!(7), json!([PLAN]), json!(long)] {
        let answer = client.post(&path, &json!({"plan": plan})).await;
        answer.assert_error(400, "invalid_request");
    }
    let more = client.post(&path, &json!({"plan": PLAN, "force": true})).await;
    more.assert_error(400, "invalid_request");
    assert_eq!(client.submit(&path, &[("plan", PLAN), ("email", EMAIL)]).await.status, 400);
    assert!(story.trail().await.is_empty());
    assert!(story.deletions().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_changed_since_the_preview_is_a_failed_reset_that_says_what_changed() {
    let story = Story::ghost_with_a_row().await;
    story.raptor_finds_more();
    let answer = story.operator.client.post(&story.path(), &json!({"plan": PLAN})).await;
    answer.assert_error(409, "plan_changed");
    let mut expected = plan_changed(
        &["email_verifications"],
        &preview_of(42, &[("email_verifications", "delete", 3)]),
    );
    expected["message"] = answer.json()["message"].clone();
    assert_eq!(answer.json(), expected);
    let message = expected["message"].as_str().unwrap();
    assert!(message.contains("now 3 e-mail verifications"), "{message}");
    assert!(message.contains("Nothing was deleted."), "{message}");
    assert_eq!(story.trail().await, ["initiated", "failed"]);
    let failed = story.system.console.audited("console.beta.ghost_reset.failed").await;
    let reason = "the account changed since the preview: email_verifications";
    assert_eq!(failed[0]["payload"], json!({"email": EMAIL, "reason": reason}));
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("failed".to_owned()))]);
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_answer_a_changed_plan_leaves_the_outcome_open() {
    let story = Story::ghost_with_a_row().await;
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    story.raptor_finds_more();
    let answer = story.operator.client.post(&story.path(), &json!({"plan": PLAN})).await;
    answer.assert_error(409, "plan_changed");
    assert!(answer.json()["message"].as_str().unwrap().contains("run the reset again"));
    assert_eq!(story.deletions().len(), 2);
    assert_eq!(story.deletions()[0]["plan"], PLAN);
    assert_eq!(story.deletions()[0], story.deletions()[1]);
    let failed = story.system.console.audited("console.beta.ghost_reset.failed").await;
    let reason = "Raptor's first answer was lost, so it may have deleted the account; asked again, \
                  it found that the account changed since the preview: email_verifications";
    assert_eq!(failed[0]["payload"]["reason"], reason);
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("unknown".to_owned()))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_reads_what_changed_on_the_testers_page() {
    let story = Story::ghost_with_a_row().await;
    story.raptor_finds_more();
    let tester = format!("/console/beta/testers/{}", story.tester);
    let browser = &story.operator.client;
    browser.submit(&story.path(), &[("plan", PLAN)]).await.assert_redirect(&tester);
    browser.page(&tester).await.assert_page(200, "now 3 e-mail verifications");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_plan_is_passed_on_whatever_its_details() {
    let story = Story::ghost_with_a_row().await;
    let mut unknown = plan_changed(&["state", "loyalty_points"], &preview_of(42, &[]));
    unknown["state"] = json!("ghost_of_tomorrow");
    unknown["children"] =
        json!([{"table": "loyalty_points", "action": "archive", "rows": 2, "since": "June"}]);
    unknown["advice"] = json!({"wait": 5});
    for (said, words) in [
        (json!({"error": "plan_changed"}), "Raptor did not say what changed"),
        (json!({"error": "plan_changed", "message": "No.", "changed": "all"}), "did not say"),
        (json!({"error": "plan_changed", "message": "No.", "changed": ["state"]}), "the state"),
        (unknown, "the state of the account, now 2 rows in loyalty_points"),
    ] {
        let answer = Rule::Answer(Answer::json(409, &said));
        story.system.to_raptor.once(GHOST_DELETE_PATH, answer);
        let answer = story.operator.client.post(&story.path(), &json!({"plan": PLAN})).await;
        answer.assert_error(409, "plan_changed");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words) && message.contains("Nothing was deleted."), "{message}");
        let mut expected = said;
        expected["message"] = json!(message);
        assert_eq!(answer.json(), expected);
    }
    let failed = ("initiated".to_owned(), Some("failed".to_owned()));
    assert_eq!(story.runs().await, vec![failed; 4]);
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_asked_for_again_until_there_is_nothing_left_to_protect() {
    let story = Story::ghost_with_a_row().await;
    let plan = story.operator.client.reset_preview(story.tester, "").await.json()["plan"].clone();
    assert!(plan.is_string(), "{plan}");
    story.system.to_raptor.once(GHOST_DELETE_PATH, Rule::CutAnswer);
    let answer = story.operator.client.post(&story.path(), &json!({"plan": plan})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let plans: Vec<_> = story.deletions().iter().map(|body| body["plan"].clone()).collect();
    assert_eq!(plans, [plan.clone(), plan, Value::Null]);
    assert_eq!(story.trail().await, ["initiated", "completed"]);
    assert_eq!(story.users().await, 0);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_somebody_else_deleted_is_a_changed_plan() {
    let story = Story::ghost_with_a_row().await;
    let plan = story.operator.client.reset_preview(story.tester, "").await.json()["plan"].clone();
    story.system.raptor.sql("DELETE FROM users").await;
    let answer = story.operator.client.post(&story.path(), &json!({"plan": plan})).await;
    answer.assert_error(409, "plan_changed");
    assert_eq!(answer.json()["state"], "ghost_no_users_row");
    assert_eq!(story.deletions().len(), 1);
    assert_eq!(story.trail().await, ["initiated", "failed"]);
}
