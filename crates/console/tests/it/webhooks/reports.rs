//! What becomes of a mail by what is reported of it.

use serde_json::json;
use test_support::postmark::report::{bounce, delivery, spam_complaint};
use test_support::wait::eventually;

use super::{EMAIL, UNKNOWN, newest_mail, report, reported, system};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_only_moves_a_mail_forward() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let tester = invited["tester_id"].as_i64().unwrap();
    let id = system.postmark.mails()[0].message_id.clone();
    assert!(newest_mail(&operator, tester).await["delivery"].is_null());
    for (event, shown) in [
        (bounce(&id, EMAIL, "Transient", 1), "delayed"),
        (delivery(&id, EMAIL), "delivered"),
        (bounce(&id, EMAIL, "DnsError", 2), "delivered"),
        (bounce(&id, EMAIL, "HardBounce", 3), "bounced"),
        (delivery(&id, EMAIL), "bounced"),
        (spam_complaint(&id, EMAIL, 4), "complained"),
        (bounce(&id, EMAIL, "SoftBounce", 5), "complained"),
    ] {
        reported(app, &event).await;
        let mail = newest_mail(&operator, tester).await;
        assert_eq!((&mail["delivery"], &mail["status"]), (&json!(shown), &json!("accepted")));
        assert!(!mail["delivery_at"].is_null(), "{mail}");
        assert!(!mail["delivery_detail"].is_null(), "{mail}");
    }
    // Nothing that was reported uncovers the link: the mail was accepted.
    let superadmin = app.enrol("superadmin").await;
    superadmin.client.reveal_link(tester).await.assert_error(409, "mail_accepted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_order_of_arrival_does_not_matter() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let id = system.postmark.mails()[0].message_id.clone();
    for event in [
        spam_complaint(&id, EMAIL, 4),
        bounce(&id, EMAIL, "HardBounce", 3),
        delivery(&id, EMAIL),
        bounce(&id, EMAIL, "Transient", 1),
    ] {
        reported(app, &event).await;
    }
    let mail = newest_mail(&operator, invited["tester_id"].as_i64().unwrap()).await;
    assert_eq!(mail["delivery"], "complained");
    assert_eq!(mail["delivery_detail"], "Spam complaint The recipient pressed the button");
    assert_eq!(mail["delivery_at"], "2026-06-12T10:00:00.490691Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_comes_before_the_acceptance_counts() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    // Postmark has the mail, and its answer is on the way.
    let mut held = system.postmark.hold_answer();
    let client = operator.client.clone();
    let inviting = tokio::spawn(async move { client.invite(EMAIL, "Ada").await });
    held.arrived().await;
    let id = system.postmark.mails()[0].message_id.clone();
    reported(app, &delivery(&id, EMAIL)).await;
    assert_eq!(app.count("mail_outbox WHERE provider_message_id IS NOT NULL").await, 0);
    held.release();
    let tester = inviting.await.unwrap().json()["tester_id"].as_i64().unwrap();
    assert_eq!(newest_mail(&operator, tester).await["delivery"], "delivered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_on_a_message_that_nobody_knows_is_swept_away_after_a_day() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    operator.client.invite(EMAIL, "Ada").await;
    let ours = system.postmark.mails()[0].message_id.clone();
    for event in [delivery(&ours, EMAIL), delivery(UNKNOWN, EMAIL), delivery("young", EMAIL)] {
        reported(app, &event).await;
    }
    app.sql(
        "UPDATE mail_events SET received_at = now() - interval '25 hours' \
         WHERE provider_message_id <> 'young'",
    )
    .await;
    let mut connection = app.database.connect().await;
    for swept in [1, 0] {
        let count = console::db::mail_event::sweep(&mut connection).await.unwrap();
        assert_eq!(count, swept);
    }
    let left = app
        .rows("SELECT provider_message_id AS id, settled FROM mail_events ORDER BY received_at")
        .await;
    assert_eq!(
        left,
        [json!({"id": ours, "settled": true}), json!({"id": "young", "settled": false})]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn housekeeping_sweeps_by_itself() {
    let mut system = system().await;
    reported(&system.console, &delivery(UNKNOWN, EMAIL)).await;
    system.console.stop().await;
    system.console.sql("UPDATE mail_events SET received_at = now() - interval '2 days'").await;
    let url = system.console.database.url();
    let other = crate::helpers::TestApp::start_with(&[("DATABASE_URL", url.as_str())]).await;
    eventually("the report is gone", async || {
        (system.console.count("mail_events").await == 0).then_some(())
    })
    .await;
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_postmark_is_asked_to_repeat() {
    let app = super::console().await;
    app.sql("ALTER TABLE mail_events RENAME TO away").await;
    let answer = report(&app, &delivery(UNKNOWN, EMAIL)).await;
    assert!(answer.status >= 500, "{answer:?}");
}
