//! What Postmark answers, and what a mail says.

use std::time::Duration;

use serde_json::json;
use test_support::Answer;
use test_support::postmark::{Mail, Outcome};

use super::{EMAIL, REFUSED, invite, mail};
use crate::helpers::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_mail_is_over() {
    let system = System::start().await;
    let mail = invite(&system).await;
    assert_eq!((&mail["status"], &mail["attempts"]), (&json!("accepted"), &json!(1)));
    assert_eq!(mail["provider_message_id"], system.postmark.mails()[0].message_id.as_str());
    assert!(!mail["accepted_at"].is_null() && mail["last_error"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_but_two_answers_is_tried_again() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    for (round, outcome) in [
        Outcome::Refuse { status: 401, error_code: 10 },
        Outcome::Refuse { status: 422, error_code: 400 },
        Outcome::Refuse { status: 422, error_code: 300 },
        Outcome::Refuse { status: 429, error_code: 429 },
        REFUSED,
        Outcome::Cut,
        Outcome::AcceptAndCut,
        Outcome::Answer(Answer::garbage()),
        Outcome::Answer(Answer::json(200, &json!({"ErrorCode": 7, "Message": "?"}))),
    ]
    .into_iter()
    .enumerate()
    {
        system.postmark.once(outcome.clone());
        operator.client.invite(&format!("ada{round}@example.com"), "Ada").await;
        let mail = mail(&system.console).await;
        assert_eq!((&mail["status"], &mail["attempts"]), (&json!("pending"), &json!(1)));
        assert!(!mail["last_error"].is_null(), "{outcome:?}");
        // So that nothing is accepted in the meantime.
        system
            .console
            .sql("UPDATE mail_outbox SET next_attempt_at = now() + interval '1 day'")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inactive_recipient_is_final() {
    let system = System::start().await;
    system.postmark.always(Outcome::Refuse { status: 422, error_code: 406 });
    let mail = invite(&system).await;
    assert_eq!((&mail["status"], &mail["attempts"]), (&json!("failed"), &json!(1)));
    assert!(mail["last_error"].as_str().unwrap().contains("inactive"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_address_is_final_once_the_sender_is_known_to_work() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    let refuse = || system.postmark.once(Outcome::Refuse { status: 422, error_code: 300 });
    refuse();
    operator.client.invite("ada1@example.com", "Ada").await;
    assert_eq!(mail(&system.console).await["status"], "pending");
    operator.client.invite("ada2@example.com", "Ada").await;
    assert_eq!(mail(&system.console).await["status"], "accepted");
    refuse();
    operator.client.invite("ada3@example.com", "Ada").await;
    assert_eq!(mail(&system.console).await["status"], "failed");
    // Known to work is this sender, not any.
    system.console.sql("UPDATE mail_outbox SET from_email = 'another@raxx.example'").await;
    refuse();
    operator.client.invite("ada4@example.com", "Ada").await;
    assert_eq!(mail(&system.console).await["status"], "pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postmark_that_never_answers_is_given_ten_seconds() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    let held = system.postmark.hold();
    let began = tokio::time::Instant::now();
    let invited = operator.client.invite(EMAIL, "Ada").await;
    assert_eq!(invited.json()["email_sent"], false);
    let took = began.elapsed();
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(15), "{took:?}");
    assert!(mail(&system.console).await["last_error"].as_str().unwrap().contains("10 seconds"));
    held.cut();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_are_counted() {
    let system = System::start().await;
    system.postmark.once(REFUSED);
    invite(&system).await;
    let metrics = system.console.client.get("/metrics").await;
    let line = "mail_attempts_total{outcome=\"retrying\"} 1";
    assert!(metrics.text.contains(line), "{}", metrics.text);
    assert!(!metrics.text.contains(EMAIL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_has_two_parts_with_the_same_link_and_no_tracking() {
    let system = System::start().await;
    invite(&system).await;
    let Mail { text_body, html_body, raw, .. } = &system.postmark.mails()[0];
    let link = system.postmark.mails()[0].link("/walkthrough?token=").unwrap().to_owned();
    assert_eq!(html_body.matches(&format!("href=\"{link}\"")).count(), 2);
    assert!(text_body.contains("Hello Ada,") && html_body.contains("Hello <bdi>Ada</bdi>,"));
    assert_eq!((&raw["TrackOpens"], &raw["TrackLinks"]), (&json!(false), &json!("None")));
}
