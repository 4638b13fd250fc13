//! Who sends a mail, when, and how often.

use chrono::{DateTime, Utc};
use console::db::outbox;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use test_support::wait::{eventually, within};

use super::{EMAIL, REFUSED, invite, mail};
use crate::helpers::{System, TestApp, migrated_database};

const FROM: &str = "beta@raxx.example";

/// Sixty testers, each with a mail that is due.
const MANY: &str = "\
    INSERT INTO beta_testers (email, name) \
      SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 60) n; \
    INSERT INTO beta_walkthrough_tokens (tester_email) SELECT email FROM beta_testers; \
    INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email) \
      SELECT t.id, w.id, 'invitation', t.email, 'x@raxx.example' \
      FROM beta_testers t JOIN beta_walkthrough_tokens w ON w.tester_email = t.email";

/// Makes what is pending fall due.
async fn fall_due(app: &TestApp) {
    app.sql("UPDATE mail_outbox SET next_attempt_at = now() WHERE status = 'pending'").await;
}

async fn becomes(app: &TestApp, status: &str) -> Value {
    eventually(&format!("the mail is {status}"), async || {
        let mail = mail(app).await;
        (mail["status"] == status).then_some(mail)
    })
    .await
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// How long after the last attempt the next one comes, in seconds.
fn wait(mail: &Value) -> i64 {
    (time(&mail["next_attempt_at"]) - time(&mail["last_attempt_at"])).num_seconds()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_sends_what_was_not_accepted_when_it_falls_due() {
    let system = System::start().await;
    system.postmark.once(REFUSED);
    let first = invite(&system).await;
    assert_eq!((&first["status"], &first["attempts"]), (&json!("pending"), &json!(1)));
    assert!((4..=10).contains(&wait(&first)), "{first}");
    fall_due(&system.console).await;
    let mail = becomes(&system.console, "accepted").await;
    assert_eq!(mail["attempts"], 2);
    assert_eq!(system.postmark.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_waits_grow() {
    let system = System::start().await;
    system.postmark.always(REFUSED);
    invite(&system).await;
    for (attempts, longest) in [(2, 16), (3, 32), (4, 64)] {
        fall_due(&system.console).await;
        let mail = eventually("the mail is tried again", async || {
            let mail = mail(&system.console).await;
            (mail["attempts"] == attempts && !mail["last_error"].is_null()).then_some(mail)
        })
        .await;
        assert!((longest / 2 - 1..=longest).contains(&wait(&mail)), "{mail}");
    }
    system.console.sql("UPDATE mail_outbox SET attempts = 4000, next_attempt_at = now()").await;
    let mail = eventually("the mail is tried again", async || {
        let mail = mail(&system.console).await;
        (mail["attempts"] == 4001 && !mail["last_error"].is_null()).then_some(mail)
    })
    .await;
    assert!((449..=900).contains(&wait(&mail)), "{mail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_link_has_ended_is_not_sent_any_more() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    for (round, ended) in
        ["revoked_at = now()", "consumed_at = now()", "expires_at = now()"].into_iter().enumerate()
    {
        system.postmark.once(REFUSED);
        operator.client.invite(&format!("ada{round}@example.com"), "Ada").await;
        system.console.sql(&format!("UPDATE beta_walkthrough_tokens SET {ended}")).await;
        fall_due(&system.console).await;
        let mail = becomes(&system.console, "superseded").await;
        assert_eq!(mail["attempts"], 1, "{ended}");
    }
    assert!(system.postmark.mails().is_empty());
    assert_eq!(system.postmark.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_being_sent_is_sent_by_nobody_else() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    let mut held = system.postmark.hold();
    let client = operator.client.clone();
    let first = tokio::spawn(async move { client.resend(tester).await });
    held.arrived().await;
    // Somebody else presses the button, and the worker looks, while the mail is on its way.
    let client = operator.client.clone();
    let second = tokio::spawn(async move { client.resend(tester).await });
    eventually("the second is written down", async || {
        let pressed = app.audited("console.beta.invitation.resent").await;
        (pressed.len() == 2).then_some(())
    })
    .await;
    held.release();
    for answer in [first, second] {
        assert_eq!(answer.await.unwrap().json()["email_sent_to"], EMAIL);
    }
    assert_eq!((app.count("mail_outbox").await, system.postmark.requests().len()), (1, 1));
    assert_eq!(mail(app).await["attempts"], 1);
    assert_eq!(system.postmark.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_out_although_the_operator_has_left() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    let mut held = system.postmark.hold();
    let client = operator.client.clone();
    let asking = tokio::spawn(async move { client.invite(EMAIL, "Ada").await });
    held.arrived().await;
    asking.abort();
    held.release();
    let mail = becomes(app, "accepted").await;
    assert_eq!(mail["attempts"], 1);
    assert_eq!(system.postmark.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_transaction_is_open_while_postmark_is_asked() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    let mut held = system.postmark.hold();
    let client = operator.client.clone();
    let asking = tokio::spawn(async move { client.invite(EMAIL, "Ada").await });
    held.arrived().await;
    let open = "pg_stat_activity WHERE datname = current_database() \
                AND xact_start IS NOT NULL AND pid <> pg_backend_pid()";
    eventually("no transaction is open", async || (app.count(open).await == 0).then_some(())).await;
    held.release();
    assert_eq!(asking.await.unwrap().status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_left_is_sent_by_the_next() {
    let system = System::start().await;
    let app = &system.console;
    let (tester, token) = app.add_tester(EMAIL).await;
    // Taken by somebody who died in the middle, and never tried at all.
    app.sql(&format!(
        "INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, attempts, \
                                  last_attempt_at, next_attempt_at) \
         VALUES ({tester}, {token}, 'invitation', '{EMAIL}', 'x@raxx.example', 1, \
                 now() - interval '31 seconds', now() - interval '1 second'), \
                ({tester}, {token}, 'ghost_reset', '{EMAIL}', 'x@raxx.example', 0, NULL, \
                 now() - interval '1 second')"
    ))
    .await;
    let mails = system.postmark.wait_for_mail(2).await;
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("new link")).count(), 1);
    eventually("both are noted", async || {
        (app.count("mail_outbox WHERE status = 'accepted'").await == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_mails_are_each_sent_once_by_two_processes() {
    let system = System::start().await;
    let app = &system.console;
    let same = app.database.url();
    let (postmark, token) = (system.postmark.url(), system.postmark.server_token());
    let _other = TestApp::start_with(&[
        ("DATABASE_URL", same.as_str()),
        ("POSTMARK_API_URL", postmark.as_str()),
        ("POSTMARK_SERVER_TOKEN", token.as_str()),
    ])
    .await;
    app.sql(MANY).await;
    eventually("all are accepted", async || {
        (app.count("mail_outbox WHERE status = 'accepted'").await == 60).then_some(())
    })
    .await;
    let mut to: Vec<_> = system.postmark.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to.len(), 60);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_worker_takes_another_passes_over() {
    let database = migrated_database().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    one.batch_execute(MANY).await.unwrap();
    one.batch_execute("BEGIN").await.unwrap();
    let first = outbox::claim_due(&mut one, FROM, 20).await.unwrap();
    let second = within("the second takes", outbox::claim_due(&mut two, FROM, 100)).await;
    one.batch_execute("COMMIT").await.unwrap();
    let (first, second) = (first.into_iter(), second.unwrap().into_iter());
    let mut all: Vec<_> = first.chain(second).map(|claimed| claimed.id).collect();
    assert_eq!(all.len(), 60);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60);
    assert!(outbox::claim_due(&mut two, FROM, 100).await.unwrap().is_empty());
}
