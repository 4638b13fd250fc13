//! Mails that did not arrive: what operators see of them, and sending again.

use console::db::mail::{Undelivered, undelivered};
use console::domain::mail::Standing;
use serde_json::json;
use test_support::postmark::Outcome;
use test_support::postmark::report::{bounce, delivery, spam_complaint};

use super::{EMAIL, newest_mail, reported, system};
use crate::helpers::{System, TestApp, migrated_database, token_of_row};

const INACTIVE: Outcome = Outcome::Refuse { status: 422, error_code: 406 };

/// Who is undelivered, newest first, and how.
async fn list(app: &TestApp) -> Vec<(String, Standing)> {
    let found = undelivered(&mut app.database.connect().await, 10).await.unwrap();
    assert_eq!(found.count, i64::try_from(found.newest.len()).unwrap());
    let each = |found: Undelivered| (found.name, found.mail.standing());
    found.newest.into_iter().map(each).collect()
}

/// Invites somebody; the tester's id, and the message's where the mail was accepted.
async fn invite(system: &System, client: &crate::helpers::Client, name: &str) -> (i64, String) {
    let invited = client.invite(&format!("{name}@example.com"), name).await.json();
    let mails = system.postmark.mails_to(name);
    let message = mails.last().map(|mail| mail.message_id.clone()).unwrap_or_default();
    (invited["tester_id"].as_i64().unwrap(), message)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bounced_mail_shows_why_and_is_sent_again_as_a_new_one() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let (tester, message) = invite(&system, &operator.client, "ada").await;
    let path = format!("/console/beta/testers/{tester}");
    let quiet = operator.client.page(&path).await;
    quiet.assert_page(200, "Accepted by Postmark");
    assert!(!quiet.text.contains("The newest mail"), "{}", quiet.text);

    reported(app, &bounce(&message, EMAIL, "HardBounce", 1)).await;
    let page = operator.client.page(&path).await;
    page.assert_page(200, "The newest mail bounced");
    page.assert_page(200, "There is no such mailbox");
    page.assert_page(200, "Check the address with them, then send again.");
    page.assert_page(200, "Send the invitation again");
    page.assert_page(200, "Bounced");

    assert_eq!(operator.client.resend(tester).await.json()["email_sent_to"], "ada@example.com");
    let mails = operator.client.tester(tester).await.json()["mails"].clone();
    assert_eq!(mails.as_array().unwrap().len(), 2);
    assert_eq!((&mails[0]["delivery"], &mails[1]["delivery"]), (&json!(null), &json!("bounced")));
    assert!(!operator.client.page(&path).await.text.contains("The newest mail"));
    reported(app, &delivery(&system.postmark.mails()[1].message_id, EMAIL)).await;
    assert_eq!(newest_mail(&operator, tester).await["delivery"], "delivered");
    operator.client.page(&path).await.assert_page(200, "Taken by their mail server");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_postmark_made_inactive_is_explained() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    let (tester, message) = invite(&system, &operator.client, "ada").await;
    reported(app, &spam_complaint(&message, EMAIL, 1)).await;
    let path = format!("/console/beta/testers/{tester}");
    operator.client.page(&path).await.assert_page(200, "Marked as spam");
    operator.client.page(&path).await.assert_page(200, "sends nothing to this address any more");

    system.postmark.once(INACTIVE);
    assert_eq!(operator.client.resend(tester).await.json()["email_sent"], false);
    let page = operator.client.page(&path).await;
    page.assert_page(200, "has made this address inactive");
    page.assert_page(200, "reactivate it there and send again");
    // Not accepted: now the link may be shown.
    page.assert_page(200, "Show the link");
    assert_eq!(operator.client.reveal_link(tester).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undelivered_are_the_newest_mails_of_live_links_that_did_not_arrive() {
    let system = system().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    let client = &operator.client;
    let mut testers = Vec::new();
    for name in ["bounced", "complained", "delayed", "delivered", "quiet", "again", "revoked"] {
        testers.push(invite(&system, client, name).await);
    }
    let [bounced, complained, delayed, delivered, _, again, revoked] = &testers[..] else {
        panic!("{testers:?}")
    };
    for event in [
        bounce(&bounced.1, EMAIL, "SoftBounce", 1),
        spam_complaint(&complained.1, EMAIL, 2),
        bounce(&delayed.1, EMAIL, "Transient", 3),
        delivery(&delivered.1, EMAIL),
        bounce(&again.1, EMAIL, "HardBounce", 4),
        bounce(&revoked.1, EMAIL, "HardBounce", 5),
    ] {
        reported(app, &event).await;
    }
    client.resend(again.0).await;
    app.sql(
        "UPDATE beta_walkthrough_tokens SET revoked_at = now() \
         WHERE tester_email = 'revoked@example.com'",
    )
    .await;
    system.postmark.once(INACTIVE);
    invite(&system, client, "failed").await;
    system.postmark.once(Outcome::Cut);
    invite(&system, client, "retrying").await;
    app.sql("UPDATE mail_outbox SET next_attempt_at = now() + interval '1 day'").await;
    // A complaint arrived, so nobody may say that all of these did not.
    let overview = client.page("/console").await;
    overview.assert_page(200, "</span> mails that need you");
    assert!(!overview.text.contains("did not get through"), "{}", overview.text);
    let name = |name: &str, standing| (name.to_owned(), standing);
    assert_eq!(
        list(app).await,
        [
            name("retrying", Standing::Retrying),
            name("failed", Standing::Failed),
            name("complained", Standing::Complained),
            name("bounced", Standing::Bounced),
        ]
    );
    let one = undelivered(&mut app.database.connect().await, 1).await.unwrap();
    assert_eq!((one.count, one.newest.len()), (4, 1));

    // Spent and expired links wait for nothing.
    let token = "SELECT max(id) FROM beta_walkthrough_tokens WHERE tester_email = ";
    let spent = app.number(&format!("{token} 'bounced@example.com'")).await;
    assert_eq!(app.consume(&token_of_row(spent)).await.status, 200);
    app.sql(
        "UPDATE beta_walkthrough_tokens SET expires_at = now() \
         WHERE tester_email IN ('complained@example.com', 'failed@example.com', \
                                'retrying@example.com')",
    )
    .await;
    assert!(list(app).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undelivered_mails_are_found_among_many_without_reading_them_all() {
    let database = migrated_database().await;
    database
        .sql(
            "INSERT INTO beta_testers (email, name) \
               SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 20000) n; \
             INSERT INTO beta_walkthrough_tokens (tester_email) SELECT email FROM beta_testers; \
             INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, status, \
                                      attempts, provider_message_id) \
               SELECT t.id, w.id, 'invitation', t.email, 'x@raxx.example', \
                      CASE WHEN t.id % 1000 = 0 THEN 'failed' ELSE 'accepted' END, 1, \
                      'message-' || t.id \
               FROM beta_testers t JOIN beta_walkthrough_tokens w ON w.tester_email = t.email; \
             INSERT INTO mail_events (provider_message_id, record_type, bounce_id, kind, \
                                      occurred_at) \
               SELECT 'message-' || id, 'Delivery', 0, 'delivered', now() FROM beta_testers \
               UNION ALL \
               SELECT 'message-' || id, 'Bounce', id, 'bounced', now() FROM beta_testers \
               WHERE id % 1000 = 1; \
             ANALYZE",
        )
        .await;
    let found = undelivered(&mut database.connect().await, 5).await.unwrap();
    assert_eq!((found.count, found.newest.len()), (40, 5));
    let reads = "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_xact_user_tables";
    let mut connection = database.connect().await;
    diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, "BEGIN").await.unwrap();
    undelivered(&mut connection, 5).await.unwrap();
    let read: Read = diesel_async::RunQueryDsl::get_result(
        diesel::sql_query(format!("SELECT ({reads}) AS rows")),
        &mut connection,
    )
    .await
    .unwrap();
    assert_eq!(read.rows, 0, "rows were read by sequential scans");
}

#[derive(diesel::QueryableByName)]
struct Read {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}
