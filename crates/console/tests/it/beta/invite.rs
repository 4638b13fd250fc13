//! Inviting somebody.

use serde_json::json;
use test_support::postmark::Outcome;

use crate::helpers::{Ask, RAPTOR_ORIGIN, System, TestApp};

const PATH: &str = "/console/beta/testers";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_a_tester_a_token_an_audit_row_and_a_mail() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let invited = operator.client.invite("  Ada@Example.COM ", " Ada Lovelace ").await;
    let tester = &app.rows("SELECT id, email, name FROM beta_testers").await[0];
    let token = &app.rows("SELECT id, tester_email FROM beta_walkthrough_tokens").await[0];
    assert_eq!(invited.status, 201);
    let expected = json!({
        "tester_id": tester["id"], "token_id": token["id"], "email_sent_to": "ada@example.com",
    });
    assert_eq!(invited.json(), expected);
    assert_eq!(
        (&tester["email"], &tester["name"]),
        (&json!("ada@example.com"), &json!("Ada Lovelace"))
    );

    let audited = app.audited("console.beta.tester.invited").await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0]["actor"], operator.id.as_str());
    assert_eq!(audited[0]["target_type"], "beta_tester");
    assert_eq!(audited[0]["target_id"], tester["id"].to_string());

    let mails = system.postmark.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].to.as_str(), mails[0].from.as_str()),
        ("ada@example.com", "Raxx Beta <beta@raxx.example>")
    );
    let link = mails[0].link("/walkthrough?token=").unwrap();
    let token = link.strip_prefix(&format!("{RAPTOR_ORIGIN}/walkthrough?token=")).unwrap();
    assert_eq!(app.verify(token).await["email"], "ada@example.com");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_mail_is_not_accepted_the_invitation_stands_and_says_so() {
    let system = System::start().await;
    let operator = system.console.enrol("support").await;
    for (round, outcome) in [
        Outcome::Refuse { status: 422, error_code: 406 },
        Outcome::Refuse { status: 500, error_code: 0 },
        Outcome::Cut,
        Outcome::Answer(test_support::Answer::garbage()),
    ]
    .into_iter()
    .enumerate()
    {
        system.postmark.once(outcome);
        let invited = operator.client.invite(&format!("ada{round}@example.com"), "Ada").await;
        assert_eq!(invited.status, 201);
        let body = invited.json();
        assert_eq!((&body["email_sent"], &body["email_sent_to"]), (&json!(false), &json!(null)));
        assert!(body["token_id"].is_i64() && body["tester_id"].is_i64());
    }
    assert_eq!(system.console.count("beta_walkthrough_tokens WHERE revoked_at IS NULL").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_invited_already_is_not_invited_twice() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    assert_eq!(operator.client.invite("ada@example.com", "Ada").await.status, 201);
    let again = operator.client.invite("ADA@example.com", "Another").await;
    again.assert_error(409, "tester_exists");
    assert_eq!(app.count("beta_testers").await, 1);
    assert_eq!(app.count("beta_walkthrough_tokens").await, 1);
    assert_eq!(app.audited("console.beta.tester.invited").await.len(), 1);
    assert_eq!(system.postmark.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_who_invite_the_same_person_at_once_invite_them_once() {
    let system = System::start().await;
    let (one, two) = (
        system.console.enrol_as("one@raxx.example", "support").await,
        system.console.enrol_as("two@raxx.example", "superadmin").await,
    );
    for round in 0..10 {
        let email = format!("ada{round}@example.com");
        let (a, b) =
            tokio::join!(one.client.invite(&email, "Ada"), two.client.invite(&email, "Ada"));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
    assert_eq!(system.console.count("beta_testers").await, 10);
    assert_eq!(system.postmark.mails().len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_or_no_name_is_refused() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let long = "n".repeat(201);
    for (email, name) in [
        ("ada", "Ada"),
        ("", "Ada"),
        ("adä@example.com", "Ada"),
        ("ada@example.com", " "),
        ("ada@example.com", "A\nda"),
        ("ada@example.com", long.as_str()),
        ("smoke-test+1@moosequest.net", "Smoke"),
        ("Smoke-Test+2@MooseQuest.net", "Smoke"),
    ] {
        operator.client.invite(email, name).await.assert_error(400, "invalid_request");
    }
    for body in [
        json!({"email": "ada@example.com"}),
        json!({"email": "ada@example.com", "name": "Ada", "role": "x"}),
        json!({"email": 7, "name": "Ada"}),
    ] {
        operator.client.post(PATH, &body).await.assert_error(400, "invalid_request");
    }
    assert_eq!(app.count("beta_testers").await, 0);
    let other = operator.client.invite("smoke-test@moosequest.net", "No smoke account").await;
    assert_eq!(other.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_look_cannot_invite() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    reader.client.invite("ada@example.com", "Ada").await.assert_error(403, "forbidden");
    app.client.invite("ada@example.com", "Ada").await.assert_error(401, "unauthenticated");
    let foreign = Ask::json(PATH, &json!({"email": "ada@example.com", "name": "Ada"}))
        .program()
        .header("sec-fetch-site", "cross-site");
    reader.client.send(foreign).await.assert_error(403, "cross_origin");
    assert_eq!(app.count("beta_testers").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nobody_is_invited() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    app.break_audit_log().await;
    let refused = operator.client.invite("ada@example.com", "Ada").await;
    refused.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("beta_testers").await, 0);
    assert_eq!(app.count("mail_outbox").await, 0);
    assert!(system.postmark.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_leads_back_to_the_list_with_a_message() {
    let system = System::start().await;
    let operator = system.console.enrol("support").await;
    let fields = [("email", "ada@example.com"), ("name", "Ada <b>")];
    operator.client.submit(PATH, &fields).await.assert_redirect("/console/beta");
    let page = operator.client.page("/console/beta").await;
    page.assert_page(200, "is invited. The mail is on its way to ada@example.com.");
    assert!(!page.text.contains("Ada <b>"));
    operator.client.submit(PATH, &fields).await.assert_redirect("/console/beta");
    operator.client.page("/console/beta").await.assert_page(200, "is invited already");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_and_no_token_is_kept_anywhere() {
    let system = System::start().await;
    let operator = system.console.enrol("support").await;
    operator.client.invite("ada@example.com", "Ada").await;
    let mails = system.postmark.mails();
    let link = mails[0].link("/walkthrough?token=").unwrap();
    let signature = link.rsplit_once('.').unwrap().1;
    for table in ["mail_outbox", "audit_log", "beta_walkthrough_tokens", "admin_sessions"] {
        let found = format!("{table} AS t WHERE t::text LIKE '%{signature}%'");
        assert_eq!(system.console.count(&found).await, 0, "{table}");
        let found = format!("{table} AS t WHERE t::text LIKE '%walkthrough?token%'");
        assert_eq!(system.console.count(&found).await, 0, "{table}");
    }
}
