//! Sending an invitation again.

use serde_json::json;
use test_support::postmark::Outcome;

use crate::helpers::{System, TestApp, token_of_row};

const EMAIL: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_invitation_is_sent_again_as_it_is() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    // Not one of the last 60 s, which a ghost reset would keep too.
    app.sql("UPDATE beta_walkthrough_tokens SET created_at = now() - interval '13 days'").await;
    let sent = operator.client.resend(tester).await;
    assert_eq!(sent.status, 200);
    assert_eq!(sent.json(), json!({"token_id": token, "email_sent_to": EMAIL}));
    assert_eq!(app.tokens(EMAIL).await, ["live"]);
    assert_eq!(operator.client.resend(tester).await.json()["token_id"], token);
    let mails = system.postmark.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(app.count("mail_outbox WHERE status = 'accepted'").await, 2);

    let audited = app.audited("console.beta.invitation.resent").await;
    assert_eq!(audited.len(), 2);
    assert_eq!(audited[0]["actor"], operator.id.as_str());
    assert_eq!(audited[0]["target_id"], tester.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_ended_is_replaced_by_a_new_one() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    for (n, ended) in
        ["expires_at = now() - interval '1 second'", "revoked_at = now()"].into_iter().enumerate()
    {
        let email = format!("ada{n}@example.com");
        let (tester, token) = app.add_tester(&email).await;
        app.sql(&format!("UPDATE beta_walkthrough_tokens SET {ended} WHERE id = {token}")).await;
        let sent = operator.client.resend(tester).await;
        assert_eq!(sent.status, 200);
        assert_ne!(sent.json()["token_id"], token);
        assert_eq!(app.tokens(&email).await, ["revoked", "live"]);
        let mail = &system.postmark.mails_to(&email)[0];
        let link = mail.link("/walkthrough?token=").unwrap().to_owned();
        let new = crate::helpers::token_of_link(&link);
        assert_eq!(app.verify(&new).await["valid"], true);
        assert_eq!(app.verify(&token_of_row(token)).await["reason"], "revoked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spent_invitation_is_not_sent_again() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    assert_eq!(app.consume(&token_of_row(token)).await.status, 200);
    // Spent and expired: spent counts.
    app.sql("UPDATE beta_walkthrough_tokens SET expires_at = now() - interval '1 day'").await;
    operator.client.resend(tester).await.assert_error(409, "walkthrough_consumed");
    assert_eq!(app.tokens(EMAIL).await, ["consumed"]);
    assert!(system.postmark.mails().is_empty());
    assert!(app.audited("console.beta.invitation.resent").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_waits_in_the_outbox_is_sent_now_and_not_twice() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    system.postmark.once(Outcome::Refuse { status: 500, error_code: 0 });
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    assert_eq!(invited["email_sent"], false);
    let sent = operator.client.resend(invited["tester_id"].as_i64().unwrap()).await;
    assert_eq!(sent.json()["email_sent_to"], EMAIL);
    assert_eq!(system.postmark.mails().len(), 1);
    assert_eq!(app.count("mail_outbox").await, 1);
    assert_eq!(app.count("mail_outbox WHERE status = 'accepted' AND attempts = 2").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_resends_at_the_same_time_leaves_one_live_token() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    for round in 0..10 {
        let email = format!("ada{round}@example.com");
        let (tester, _) = app.add_tester(&email).await;
        app.sql("UPDATE beta_walkthrough_tokens SET revoked_at = now() WHERE revoked_at IS NULL")
            .await;
        let (a, b) = tokio::join!(operator.client.resend(tester), operator.client.resend(tester));
        assert_eq!((a.status, b.status), (200, 200));
        assert_eq!(a.json()["token_id"], b.json()["token_id"]);
        assert_eq!(app.tokens(&email).await, ["revoked", "live"]);
        assert!(system.postmark.mails_to(&email).len() <= 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_anything_without_a_tester_a_role_or_an_audit_row() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    for id in ["999", "ada", "-1", "+1", "1.0", "99999999999999999999"] {
        let path = format!("/console/beta/testers/{id}/invite");
        let unknown = operator.client.post(&path, &json!({})).await;
        unknown.assert_error(404, "tester_not_found");
    }
    let reader = app.enrol("readonly").await;
    reader.client.resend(tester).await.assert_error(403, "forbidden");
    app.client.resend(tester).await.assert_error(401, "unauthenticated");
    let path = format!("/console/beta/testers/{tester}/invite");
    let refused = operator.client.post(&path, &json!({"force": true})).await;
    refused.assert_error(400, "invalid_request");
    app.break_audit_log().await;
    operator.client.resend(tester).await.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("mail_outbox").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_leads_back_to_the_tester_with_a_message() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("support").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    let (page, path) = (
        format!("/console/beta/testers/{tester}"),
        format!("/console/beta/testers/{tester}/invite"),
    );
    operator.client.submit(&path, &[]).await.assert_redirect(&page);
    operator.client.page(&page).await.assert_page(200, "The invitation was sent again.");
    app.sql("UPDATE beta_walkthrough_tokens SET expires_at = now() - interval '1 second'").await;
    operator.client.page(&page).await.assert_page(200, "Send a new link");
    operator.client.submit(&path, &[]).await.assert_redirect(&page);
    let sent = operator.client.page(&page).await;
    sent.assert_page(200, "A new link was made. The mail is on its way");
    sent.assert_page(200, "New link made and sent");
    let newest = app.number("SELECT max(id) FROM beta_walkthrough_tokens").await;
    assert_ne!(newest, token);
    app.consume(&token_of_row(newest)).await;
    operator.client.submit(&path, &[]).await.assert_redirect(&page);
    operator.client.page(&page).await.assert_page(200, "This invitation is used already");
}
