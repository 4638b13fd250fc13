//! What an operator is shown before they confirm, as a page and as JSON.

use ghost_contracts::raptor::{GHOST_CHECK_PATH, GHOST_DELETE_PATH, GHOST_PREVIEW_PATH};
use serde_json::{Value, json};
use test_support::Answer;
use test_support::proxy::Rule;

use super::{EMAIL, Story};
use crate::helpers::{PLAN, Reply, preview_of};

impl Story {
    async fn page(&self) -> Reply {
        self.operator.client.page(&self.path()).await
    }

    async fn preview(&self) -> Value {
        let answer = self.operator.client.reset_preview(self.tester, "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    async fn newest_token(&self) -> i64 {
        self.system.console.number("SELECT max(id) FROM beta_walkthrough_tokens").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_reads_all_that_a_reset_would_do() {
    let story = Story::ghost_with_a_row().await;
    let shell = preview_of(42, &[("email_verifications", "delete", 2)]);
    story.system.previews(&shell);
    let body = story.preview().await;
    let created_at = body["tester"]["created_at"].clone();
    assert_eq!(
        body,
        json!({
            "tester": {"tester_id": story.tester, "email": EMAIL, "name": "Grace Hopper",
                       "created_at": created_at},
            "account": {"state": "ghost_empty_shell", "user_id": 42, "credential_count": 0,
                        "active_session_count": 0, "created_at": "2026-06-12T10:00:00Z"},
            "children": shell["children"], "plan": PLAN, "asks_for_email": false,
            "revokes": [story.newest_token().await], "mail_to": EMAIL, "run": null
        })
    );
    assert!(story.trail().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_what_is_deleted_kept_revoked_and_sent() {
    let story = Story::ghost_with_a_row().await;
    story.system.previews(&preview_of(
        42,
        &[
            ("email_verifications", "delete", 2),
            ("onboarding_state", "delete", 1),
            ("backtest_runs", "delete", 0),
            ("freescout_ticket_cache", "set_null", 0),
        ],
    ));
    let (page, token) = (story.page().await, story.newest_token().await);
    for words in [
        "number 42, begun on 12 June 2026, 10:00:00 UTC",
        "<li>2 e-mail verifications</li>",
        "<li>1 onboarding record</li>",
        "<li>NDA acknowledgements</li>",
        &format!("<li>Link {token} (spent <time"),
        &format!("A mail to <strong>{EMAIL}</strong> with a new link"),
        &format!("<input type=\"hidden\" name=\"plan\" value=\"{PLAN}\">"),
        "<button class=\"danger\">Reset and send a new link</button>",
    ] {
        page.assert_page(200, words);
    }
    for absent in ["backtest", "support ticket", "id=\"retyped\""] {
        assert!(!page.text.contains(absent), "{absent}");
    }
    assert_eq!(page.text.matches("<h1").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_more_than_a_ghost_has_asks_for_the_address() {
    let story = Story::ghost_with_a_row().await;
    story.system.previews(&preview_of(
        42,
        &[("backtest_runs", "delete", 3), ("freescout_ticket_cache", "set_null", 1)],
    ));
    assert_eq!(story.preview().await["asks_for_email"], true);
    let page = story.page().await;
    page.assert_page(200, "3 backtest runs, 1 support ticket");
    page.assert_page(200, "<li>1 support ticket, without a name</li>");
    let input = page.text.split("<input id=\"retyped\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(input.contains(" required "), "{input}");
    assert!(input.contains(r#"pattern="grace@example\.com""#), "{input}");
    // Whatever is typed there is not sent: the action takes no such member.
    assert!(!input.contains("name="), "{input}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raptor_without_previews_still_resets() {
    let story = Story::ghost_with_a_row().await;
    story.system.old_raptor();
    let body = story.preview().await;
    assert_eq!(body["account"]["state"], "ghost_empty_shell");
    assert_eq!((&body["children"], &body["plan"]), (&Value::Null, &Value::Null));
    assert_eq!(body["asks_for_email"], false);
    let page = story.page().await;
    page.assert_page(200, "Raptor does not say what that is");
    assert!(!page.text.contains("name=\"plan\""));
    let sent = story.operator.client.submit(&story.path(), &[]).await;
    sent.assert_redirect("/console/beta");
    let asked = story.system.to_raptor.seen_at(GHOST_DELETE_PATH);
    let exactly = json!({"email": EMAIL, "actor_admin_id": story.operator.id});
    assert_eq!(asked[0].json(), exactly);
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_that_makes_no_sense_is_as_good_as_none() {
    let story = Story::ghost_with_a_row().await;
    let odd = [
        Rule::Cut,
        Rule::Answer(Answer::garbage()),
        Rule::Answer(Answer::json(200, &json!({"state": "haunted"}))),
        Rule::Answer(Answer::json(503, &json!({"error": "service_unavailable"}))),
    ];
    for rule in odd {
        story.system.to_raptor.once(GHOST_PREVIEW_PATH, rule);
        assert_eq!(story.preview().await["plan"], Value::Null);
    }
    assert_eq!(story.reset().await.status, 200);
    let asked = story.system.to_raptor.seen_at(GHOST_PREVIEW_PATH);
    assert_eq!(asked.len(), 4, "the reset itself asks for no preview");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_reset_would_go_ahead_there_is_nothing_to_press() {
    let story = Story::ghost_with_a_row().await;
    story.system.old_raptor();
    let raptor = &story.system.raptor;
    raptor.sql("UPDATE users SET created_at = now() - interval '2 minutes'").await;
    let signing_up = story.page().await;
    signing_up.assert_page(200, "less than 5 minutes ago");
    signing_up.assert_page(200, "The 5 minutes end <span data-countdown=\"1");
    raptor.sql("DELETE FROM users").await;
    raptor.add_healthy(EMAIL).await;
    let healthy = story.page().await;
    healthy.assert_page(200, "This account works");
    story.system.to_raptor.always(GHOST_CHECK_PATH, Rule::Cut);
    let away = story.page().await;
    away.assert_page(200, "Raptor is not reachable");
    assert_eq!(story.preview().await["account"], Value::Null);
    for page in [signing_up, healthy, away] {
        assert!(!page.text.contains("<form method=\"post\" action=\"/console/beta"), "{page:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_made_just_now_is_kept() {
    let story = Story::invited().await;
    story.system.raptor.add_shell(EMAIL, 10).await;
    let token = story.newest_token().await;
    assert_eq!(story.preview().await["revokes"], json!([]));
    story.page().await.assert_page(200, &format!("with link {token}, which was made less than"));
    let old = "UPDATE beta_walkthrough_tokens SET created_at = created_at - interval '61 seconds'";
    story.system.console.sql(old).await;
    assert_eq!(story.preview().await["revokes"], json!([token]));
    story.page().await.assert_page(200, &format!("Link {token} (sent"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_ghost_and_what_was_interrupted_is_said_before_it_is_confirmed() {
    let story = Story::invited().await;
    story.page().await.assert_page(200, "This person is no ghost.");
    story
        .system
        .console
        .sql(&format!(
            "INSERT INTO beta_ghost_resets (tester_id, actor, step, started_at) \
             VALUES ({}, 'somebody', 'token_ready', now() - interval '1 minute')",
            story.tester
        ))
        .await;
    story.page().await.assert_page(200, "An earlier reset was interrupted.");
    story.accept_newest_link().await;
    story.page().await.assert_page(200, "They may be in the middle of it.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_run_can_be_watched_without_asking_raptor() {
    let story = Story::ghost_with_a_row().await;
    let run = async || story.operator.client.reset_preview(story.tester, "?only=run").await.json();
    assert_eq!(run().await, json!({"run": null}));
    let mut held = story.system.postmark.hold();
    let watch = async {
        held.arrived().await;
        let going = run().await["run"].clone();
        assert_eq!((&going["step"], &going["outcome"]), (&json!("token_ready"), &Value::Null));
        assert!(going["finished_at"].is_null());
        held.release();
    };
    let (answer, ()) = tokio::join!(story.reset(), watch);
    assert_eq!(answer.status, 200, "{answer:?}");
    let checks = story.system.to_raptor.seen_at(GHOST_CHECK_PATH).len();
    let done = run().await["run"].clone();
    assert_eq!((&done["step"], &done["outcome"]), (&json!("completed"), &json!("completed")));
    assert_eq!(story.system.to_raptor.seen_at(GHOST_CHECK_PATH).len(), checks);
    let members: Vec<_> = done.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["finished_at", "outcome", "started_at", "step"]);
    assert_eq!(story.preview().await["run"], done);
    // By this a page tells the run that it begins from those before it.
    let last_run = format!("data-last-run=\"{}\"", done["started_at"].as_str().unwrap());
    story.page().await.assert_page(200, &last_run);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operator_may_look_while_the_flag_is_on_and_only_superadmins_may_press() {
    let story = Story::ghost_with_a_row().await;
    let console = &story.system.console;
    let nobody = &console.client;
    nobody.get(&story.path()).await.assert_error(401, "unauthenticated");
    nobody.page(&story.path()).await.assert_redirect("/console/login");
    story.system.previews(&preview_of(42, &[("backtest_runs", "delete", 3)]));
    for role in ["support", "readonly"] {
        let operator = console.enrol(role).await;
        let page = operator.client.page(&story.path()).await;
        page.assert_page(200, "<button class=\"danger\" disabled aria-describedby");
        page.assert_page(200, "Only superadmins can do this.");
        assert!(!page.text.contains("id=\"retyped\""));
        console.switch_ghost_reset(false).await;
        operator.client.get(&story.path()).await.assert_error(404, "not_found");
        console.switch_ghost_reset(true).await;
    }
    let missing = story.operator.client.get("/console/beta/testers/9999/ghost-reset").await;
    missing.assert_error(404, "tester_not_found");
}
