//! Each answer of section 8.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::raptor::{GHOST_CHECK_PATH, GHOST_DELETE_PATH};
use serde_json::json;
use test_support::Answer;
use test_support::proxy::Rule;

use super::{EMAIL, Story};
use crate::helpers::Ask;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_with_a_row_is_deleted_and_gets_a_link_that_works() {
    let story = Story::ghost_with_a_row().await;
    let user = story.system.raptor.rows("SELECT id FROM users").await[0]["id"].clone();
    let answer = story.reset().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let (body, admin) = (answer.json(), story.operator.id.as_str());
    let token = body["new_token_id"].as_i64().unwrap();
    let reset_at: DateTime<Utc> = body["reset_at"].as_str().unwrap().parse().unwrap();
    assert!(body["reset_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        body,
        json!({"reset_at": body["reset_at"], "new_token_id": token, "email_sent_to": EMAIL,
               "actor_user_id": admin})
    );

    let raptor = &story.system.raptor;
    assert_eq!(story.users().await, 0);
    let deleted = "SELECT actor_user_id, target_kind, target_id, context FROM audit_log \
                   WHERE action = 'account.ghost_reset'";
    assert_eq!(
        raptor.rows(deleted).await,
        [json!({"actor_user_id": admin, "target_kind": "user", "target_id": user.to_string(),
                "context": {"credential_count": 0, "session_count": 0, "path": "ghost_reset"}})]
    );
    assert_eq!(raptor.count(&format!("account_resets WHERE email = '{EMAIL}'")).await, 1);

    let console = &story.system.console;
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    assert_eq!(story.trail().await, ["initiated", "completed"]);
    let target = json!({"actor": admin, "target_type": "beta_tester",
                        "target_id": story.tester.to_string()});
    let mut initiated = target.clone();
    initiated["payload"] = json!({"email": EMAIL, "raptor_state": "ghost_empty_shell"});
    assert_eq!(console.audited("console.beta.ghost_reset.initiated").await, [initiated]);
    let mut completed = target;
    completed["payload"] =
        json!({"email": EMAIL, "new_token_id": token, "email_sent": true, "actor": admin});
    assert_eq!(console.audited("console.beta.ghost_reset.completed").await, [completed]);
    assert_eq!(story.runs().await, [("completed".to_owned(), Some("completed".to_owned()))]);
    assert_eq!(console.count("beta_nda_acknowledgements").await, 1);
    let finished = console.rows("SELECT finished_at FROM beta_ghost_resets").await;
    let finished: DateTime<Utc> = finished[0]["finished_at"].as_str().unwrap().parse().unwrap();
    assert!((finished - reset_at).abs() < TimeDelta::milliseconds(1));

    assert_eq!(story.system.postmark.mails_to(EMAIL).len(), 2);
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_without_a_row_gets_a_link_that_works() {
    let story = Story::ghost_without_a_row().await;
    let answer = story.reset().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let audited = "SELECT target_id FROM audit_log WHERE action = 'account.ghost_reset'";
    assert_eq!(story.system.raptor.rows(audited).await, [json!({"target_id": EMAIL})]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    let initiated = story.system.console.audited("console.beta.ghost_reset.initiated").await;
    assert_eq!(initiated[0]["payload"]["raptor_state"], "ghost_no_users_row");
    story.back_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_from_before_the_reset_opens_nothing() {
    let story = Story::invited().await;
    let old_link = story.newest_link().await;
    let old_token = story.accept_newest_link().await;
    // A token is good again from the very second of the reset on; this one is older.
    story.system.raptor.client.post("/", &json!({})).await;
    assert_eq!(story.reset().await.status, 200);
    let later = "UPDATE account_resets SET reset_at = reset_at + interval '1 second'";
    story.system.raptor.sql(later).await;
    story.system.raptor.begin(&old_token).await.assert_error(400, "invalid_signup_link");
    assert_eq!(story.system.raptor.try_accept(&old_link).await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_account_is_left_alone() {
    let story = Story::invited().await;
    let token = story.accept_newest_link().await;
    assert_eq!(story.system.raptor.sign_up(&token).await.status, 200);
    let answer = story.reset().await;
    answer.assert_error(409, "account_healthy");
    assert_eq!(answer.json()["credential_count"], 1);
    assert_eq!(answer.json()["active_session_count"], 0);
    assert!(story.trail().await.is_empty());
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_in_the_middle_of_signing_up_is_left_alone_and_the_end_of_the_wait_is_told() {
    let story = Story::ghost_with_a_row().await;
    story.system.raptor.sql("UPDATE users SET created_at = now() - interval '2 minutes'").await;
    let answer = story.reset().await;
    answer.assert_error(409, "mid_enrollment");
    let body = answer.json();
    assert_eq!(body["retry_after_seconds"], 300);
    let created = story.system.raptor.rows("SELECT created_at FROM users").await;
    let created: DateTime<Utc> = created[0]["created_at"].as_str().unwrap().parse().unwrap();
    let retry_at: DateTime<Utc> = body["retry_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(retry_at - created, TimeDelta::minutes(5));
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((100..=181).contains(&wait), "{wait}");
    assert!(story.trail().await.is_empty());
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_word_from_raptor_nothing_is_written() {
    let story = Story::ghost_with_a_row().await;
    let odd = [
        Rule::Cut,
        Rule::Answer(Answer::garbage()),
        Rule::Answer(Answer::json(503, &json!({"error": "service_unavailable"}))),
        Rule::Answer(Answer::json(200, &json!({"state": "haunted"}))),
    ];
    for rule in odd {
        story.system.to_raptor.once(GHOST_CHECK_PATH, rule);
        story.reset().await.assert_error(502, "raptor_unavailable");
    }
    assert!(story.trail().await.is_empty());
    assert!(story.runs().await.is_empty());
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_comes_to_life_meanwhile_is_kept() {
    let story = Story::ghost_with_a_row().await;
    let mut held = story.system.to_raptor.hold_request(GHOST_DELETE_PATH);
    let alive = async {
        held.arrived().await;
        let session = "INSERT INTO customer_sessions (user_id, expires_at) \
                       SELECT id, now() + interval '1 day' FROM users";
        story.system.raptor.sql(session).await;
        held.release();
    };
    let (answer, ()) = tokio::join!(story.reset(), alive);
    answer.assert_error(409, "not_ghost");
    assert_eq!(answer.json()["state"], "healthy");
    assert_eq!(story.trail().await, ["initiated", "failed"]);
    assert_eq!(story.runs().await, [("initiated".to_owned(), Some("failed".to_owned()))]);
    story.assert_untouched(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_that_is_not_there_is_404() {
    let story = Story::invited().await;
    for id in ["999999", "0", "grace", "-1", "1e3", "99999999999999999999"] {
        let path = format!("/console/beta/testers/{id}/ghost-reset");
        let answer = story.operator.client.post(&path, &json!({})).await;
        answer.assert_error(404, "tester_not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_may_be_asked_for_and_no_body_is_needed() {
    let story = Story::ghost_without_a_row().await;
    let path = format!("/console/beta/testers/{}/ghost-reset", story.tester);
    for body in [json!({"force": true}), json!({"email": EMAIL}), json!([])] {
        story.operator.client.post(&path, &body).await.assert_error(400, "invalid_request");
    }
    let form = story.operator.client.send(Ask::form(&path, &[("force", "true")]).program()).await;
    form.assert_error(400, "invalid_request");
    assert!(story.trail().await.is_empty());
    let bare = Ask::get(&path).method(reqwest::Method::POST).program();
    assert_eq!(story.operator.client.send(bare).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn origin_session_flag_and_role_are_judged_in_this_order() {
    let story = Story::ghost_without_a_row().await;
    let console = &story.system.console;
    let path = format!("/console/beta/testers/{}/ghost-reset", story.tester);
    let nobody = &console.client;
    let foreign = Ask::json(&path, &json!({})).program().header("sec-fetch-site", "cross-site");
    nobody.send(foreign).await.assert_error(403, "cross_origin");
    console.switch_ghost_reset(false).await;
    nobody.post(&path, &json!({})).await.assert_error(401, "unauthenticated");
    nobody.submit(&path, &[]).await.assert_redirect("/console/login");
    for role in ["readonly", "support"] {
        let operator = console.enrol(role).await;
        operator.client.post(&path, &json!({"force": 1})).await.assert_error(404, "not_found");
        console.switch_ghost_reset(true).await;
        operator.client.post(&path, &json!({"force": 1})).await.assert_error(403, "forbidden");
        console.switch_ghost_reset(false).await;
    }
    story.reset().await.assert_error(404, "not_found");
    assert!(story.trail().await.is_empty());
    story.assert_untouched(0).await;
}
