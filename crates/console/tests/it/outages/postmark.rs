//! Postmark, as the Console sees it; see also [`crate::mail`].

use serde_json::{Value, json};
use test_support::postmark::{Outcome, Postmark};
use test_support::raw_server::{Raw, RawServer};
use test_support::wait::eventually;

use super::nonsense;
use crate::helpers::TestApp;

/// Sixty testers, each with a mail that is due.
const MANY: &str = "\
    INSERT INTO beta_testers (email, name) \
      SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 60) n; \
    INSERT INTO beta_walkthrough_tokens (tester_email) SELECT email FROM beta_testers; \
    INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email) \
      SELECT t.id, w.id, 'invitation', t.email, 'x@raxx.example' \
      FROM beta_testers t JOIN beta_walkthrough_tokens w ON w.tester_email = t.email";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_postmark_says_instead_of_an_answer_the_mail_waits_and_says_why() {
    let postmark = RawServer::start(Raw::Bytes(Vec::new()));
    let trap = RawServer::start(Raw::json(200, &json!({"ErrorCode": 0})));
    let app = TestApp::start_with(&[("POSTMARK_API_URL", &postmark.url())]).await;
    let operator = app.enrol("superadmin").await;
    let mut all = nonsense(&trap.url());
    all.push(("a closed connection", Raw::Bytes(Vec::new())));
    all.push(("no code", Raw::json(200, &json!({"Message": "OK"}))));
    all.push(("another code", Raw::json(200, &json!({"ErrorCode": 1}))));
    all.push(("too many", Raw::json(429, &json!({"ErrorCode": 429, "Message": "eyJhbGciOi"}))));
    all.push(("a bad token", Raw::json(401, &json!({"ErrorCode": 10, "Message": "eyJhbGciOi"}))));
    for (round, (what, raw)) in all.into_iter().enumerate() {
        postmark.otherwise(raw);
        let email = format!("ada{round}@example.com");
        let invited = operator.client.invite(&email, "Ada").await;
        assert_eq!(invited.status, 201, "{what}: {invited:?}");
        let body = invited.json();
        assert_eq!((&body["email_sent"], &body["email_sent_to"]), (&json!(false), &Value::Null));
        let mail = format!("SELECT * FROM mail_outbox WHERE to_email = '{email}'");
        let mail = app.rows(&mail).await[0].clone();
        assert_eq!((&mail["status"], &mail["attempts"]), (&json!("pending"), &json!(1)), "{what}");
        let why = mail["last_error"].as_str().unwrap();
        assert!(why.starts_with("Postmark") && !why.contains("eyJ"), "{what}: {why}");
        let file = operator.client.tester(body["tester_id"].as_i64().unwrap()).await;
        assert_eq!(file.json()["mails"][0]["last_error"], why, "{what}: {file:?}");
        app.sql("UPDATE mail_outbox SET next_attempt_at = now() + interval '1 day'").await;
    }
    assert!(trap.seen().is_empty(), "the server token went to somebody else");
    // It comes back, and all of them go out.
    postmark.otherwise(Raw::json(200, &json!({"ErrorCode": 0, "MessageID": "x", "New": 1})));
    app.sql("UPDATE mail_outbox SET next_attempt_at = now()").await;
    eventually("all are accepted", async || {
        (app.count("mail_outbox WHERE status <> 'accepted'").await == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_that_fail_together_do_not_come_back_together() {
    let postmark = Postmark::start();
    postmark.always(Outcome::Refuse { status: 500, error_code: 0 });
    let (url, token) = (postmark.url(), postmark.server_token());
    let given = [("POSTMARK_API_URL", url.as_str()), ("POSTMARK_SERVER_TOKEN", token.as_str())];
    let app = TestApp::start_with(&given).await;
    app.sql(MANY).await;
    let failed = "mail_outbox WHERE attempts = 1 AND last_error IS NOT NULL";
    let wait = "extract(epoch FROM next_attempt_at - last_attempt_at)";
    let waits = format!("SELECT {wait} AS wait FROM {failed}");
    let waits = eventually("all have failed once", async || {
        let waits = app.rows(&waits).await;
        (waits.len() > 20).then_some(waits)
    })
    .await;
    let mut waits: Vec<_> = waits.iter().map(|row| row["wait"].as_f64().unwrap()).collect();
    waits.sort_by(f64::total_cmp);
    let (shortest, longest) = (waits[0], waits[waits.len() - 1]);
    assert!(shortest >= 4.0 && longest <= 10.0, "{waits:?}");
    assert!(longest - shortest > 1.0, "{waits:?}");
}

/// What nobody can rule out: Postmark knows no key under which the same message would be taken
/// once, so where its answer is lost the mail goes out again. Both bring the same link, and the
/// outbox says that it took two attempts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acceptance_whose_answer_was_lost_is_repeated_with_the_same_link() {
    let postmark = Postmark::start();
    postmark.once(Outcome::AcceptAndCut);
    let (url, token) = (postmark.url(), postmark.server_token());
    let given = [("POSTMARK_API_URL", url.as_str()), ("POSTMARK_SERVER_TOKEN", token.as_str())];
    let app = TestApp::start_with(&given).await;
    let operator = app.enrol("superadmin").await;
    let invited = operator.client.invite("ada@example.com", "Ada").await;
    assert_eq!(invited.json()["email_sent"], false, "what is not known is not claimed");
    app.sql("UPDATE mail_outbox SET next_attempt_at = now()").await;
    let mails = postmark.wait_for_mail(2).await;
    assert_eq!(mails[0].link("/walkthrough"), mails[1].link("/walkthrough"));
    let row = eventually("it is accepted", async || {
        let rows = app.rows("SELECT * FROM mail_outbox WHERE status = 'accepted'").await;
        rows.first().cloned()
    })
    .await;
    assert_eq!(row["attempts"], 2);
    assert_eq!(row["provider_message_id"], mails[1].message_id.as_str());
    assert_eq!(app.count("mail_outbox").await, 1);
}
