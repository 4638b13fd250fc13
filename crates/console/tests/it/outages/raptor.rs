//! Raptor, as the Console sees it.

use ghost_contracts::raptor::{GHOST_CHECK_BATCH_PATH, GHOST_CHECK_PATH, GHOST_DELETE_PATH};
use serde_json::{Value, json};
use test_support::raw_server::{Raw, RawServer};
use test_support::wait::{eventually, within};

use super::{ghost, nonsense};
use crate::helpers::{Operator, TestApp};

const EMAIL: &str = "grace@example.com";

/// A Console whose Raptor answers what a test wants, and one ghost.
struct Story {
    app: TestApp,
    operator: Operator,
    tester: i64,
    raptor: RawServer,
}

impl Story {
    async fn start() -> Self {
        let raptor = RawServer::start(Raw::json(404, &json!({"error": "not_found"})));
        let app = TestApp::start_with(&[("RAPTOR_INTERNAL_URL", &raptor.url())]).await;
        let operator = app.enrol("superadmin").await;
        app.switch_ghost_reset(true).await;
        let (tester, _) = app.add_tester(EMAIL).await;
        app.sql("UPDATE beta_walkthrough_tokens SET consumed_at = now()").await;
        let story = Self { app, operator, tester, raptor };
        story.raptor_answers();
        story
    }

    /// Raptor is as it should be.
    fn raptor_answers(&self) {
        let mut result = ghost();
        result["email"] = EMAIL.into();
        self.raptor.answer(GHOST_CHECK_PATH, Raw::json(200, &ghost()));
        let batch = json!({"results": [result], "of_tomorrow": 1});
        self.raptor.answer(GHOST_CHECK_BATCH_PATH, Raw::json(200, &batch));
        self.raptor.answer(GHOST_DELETE_PATH, Raw::whole(204, "", ""));
    }

    async fn assert_nothing_was_written(&self) {
        let trail = "audit_log WHERE action LIKE 'console.beta.ghost_reset%'";
        assert_eq!(self.app.count(trail).await, 0);
        assert_eq!(self.app.count("beta_ghost_resets").await, 0);
        assert_eq!(self.app.tokens(EMAIL).await, ["consumed"]);
        assert_eq!(self.app.count("mail_outbox").await, 0);
    }

    /// Pages come without what only Raptor knows, and a reset is refused.
    async fn assert_away(&self, what: &str) {
        let client = &self.operator.client;
        let path = format!("/console/beta/testers/{}/ghost-reset", self.tester);
        let (list, detail, preview, page, reset, sent) = tokio::join!(
            client.testers(""),
            client.tester(self.tester),
            client.reset_preview(self.tester, ""),
            client.page("/console/beta"),
            client.ghost_reset(self.tester),
            client.submit(&path, &[]),
        );
        let list = list.json();
        assert_eq!(list["raptor_available"], false, "{what}: {list}");
        assert_eq!(list["testers"][0]["state"], Value::Null, "{what}: {list}");
        let detail = detail.json();
        assert_eq!(detail["raptor_available"], false, "{what}: {detail}");
        assert_eq!(detail["account"], Value::Null, "{what}: {detail}");
        assert_eq!(preview.json()["account"], Value::Null, "{what}: {preview:?}");
        page.assert_page(200, "Raptor");
        reset.assert_error(502, "raptor_unavailable");
        assert_eq!((sent.status, sent.header("location").contains("/testers/")), (303, true));
    }

    async fn assert_there(&self) {
        let detail = self.operator.client.tester(self.tester).await.json();
        assert_eq!(detail["account"]["state"], "ghost_no_users_row", "{detail}");
        let list = self.operator.client.testers("").await.json();
        assert_eq!(list["raptor_available"], true, "{list}");
        assert_eq!(list["testers"][0]["state"], "ghost_no_users_row", "{list}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_raptor_says_instead_of_an_answer_nothing_is_written() {
    let story = Story::start().await;
    let trap = RawServer::start(Raw::json(200, &ghost()));
    for (what, raw) in nonsense(&trap.url()) {
        for path in [GHOST_CHECK_PATH, GHOST_CHECK_BATCH_PATH] {
            story.raptor.answer(path, raw.clone());
        }
        within(what, story.assert_away(what)).await;
        story.assert_nothing_was_written().await;
        story.raptor_answers();
        story.assert_there().await;
    }
    assert!(trap.seen().is_empty(), "a service token went to somebody else");
    assert!(!story.raptor.seen().contains(&GHOST_DELETE_PATH.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raptor_that_never_answers_is_given_five_seconds() {
    let story = Story::start().await;
    for path in [GHOST_CHECK_PATH, GHOST_CHECK_BATCH_PATH] {
        story.raptor.answer(path, Raw::Silence);
    }
    within("all are answered", story.assert_away("silence")).await;
    story.assert_nothing_was_written().await;
    story.raptor_answers();
    story.assert_there().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_raptor_says_instead_of_a_deletion_nothing_is_minted_and_it_can_be_run_again() {
    let story = Story::start().await;
    let trap = RawServer::start(Raw::whole(204, "", ""));
    let mut runs = 0;
    for (what, raw) in nonsense(&trap.url()) {
        story.raptor.answer(GHOST_DELETE_PATH, raw);
        let reset = story.operator.client.ghost_reset(story.tester).await;
        reset.assert_error(502, "raptor_delete_failed");
        runs += 1;
        assert_eq!(story.app.tokens(EMAIL).await, ["consumed"], "{what}");
        let trail = "audit_log WHERE action LIKE 'console.beta.ghost_reset.";
        assert_eq!(story.app.count(&format!("{trail}initiated'")).await, runs, "{what}");
        assert_eq!(story.app.count(&format!("{trail}failed'")).await, runs, "{what}");
        let ended = "beta_ghost_resets WHERE outcome IN ('failed', 'unknown')";
        assert_eq!(story.app.count(ended).await, runs, "{what}");
    }
    assert!(trap.seen().is_empty(), "a service token went to somebody else");
    story.raptor_answers();
    let reset = story.operator.client.ghost_reset(story.tester).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    assert_eq!(story.app.tokens(EMAIL).await, ["revoked", "live"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_that_looks_after_states_goes_on_after_nonsense() {
    let story = Story::start().await;
    for (what, raw) in nonsense("http://127.0.0.1:1") {
        story.raptor.answer(GHOST_CHECK_BATCH_PATH, raw);
        // A page asks as the worker does; neither may keep what is none of Raptor's words.
        story.operator.client.testers("").await;
        let seen = "beta_testers WHERE account_state NOT IN ('ghost_no_users_row')";
        assert_eq!(story.app.count(seen).await, 0, "{what}");
    }
    story.raptor_answers();
    eventually("the state is seen", async || {
        story.operator.client.testers("").await;
        let seen = "beta_testers WHERE account_state = 'ghost_no_users_row'";
        (story.app.count(seen).await == 1).then_some(())
    })
    .await;
}
