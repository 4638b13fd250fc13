//! Showing an invitation's link to a superadmin.

use serde_json::json;
use test_support::postmark::Outcome;

use crate::helpers::{System, TestApp, token_of_link, token_of_row};

const EMAIL: &str = "ada@example.com";
const ACTION: &str = "console.beta.invitation_link.revealed";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_whose_mail_was_not_accepted_is_shown_and_that_is_audited() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("superadmin").await;
    system.postmark.once(Outcome::Refuse { status: 500, error_code: 0 });
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let shown = operator.client.reveal_link(invited["tester_id"].as_i64().unwrap()).await;
    assert_eq!(shown.status, 200);
    let body = shown.json();
    let token = token_of_link(body["url"].as_str().unwrap());
    assert_eq!(body, json!({"url": body["url"]}));
    assert_eq!(app.verify(&token).await["email"], EMAIL);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    let audited = app.audited(ACTION).await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0]["actor"], operator.id.as_str());
    assert_eq!(audited[0]["target_id"], invited["tester_id"].to_string());
    assert!(!audited[0].to_string().contains(&token));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_the_mail_was_accepted_the_link_stays_hidden() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let tester = invited["tester_id"].as_i64().unwrap();
    operator.client.reveal_link(tester).await.assert_error(409, "mail_accepted");
    assert!(system.console.audited(ACTION).await.is_empty());

    // Sent again: while that is on its way nothing is known that would uncover the link.
    let mut held = system.postmark.hold();
    let peek = async {
        held.arrived().await;
        operator.client.reveal_link(tester).await.assert_error(409, "mail_accepted");
        held.release();
    };
    let (resent, ()) = tokio::join!(operator.client.resend(tester), peek);
    assert_eq!(resent.json()["email_sent_to"], EMAIL);

    // And once more, not accepted: now it has to reach them by other ways.
    system.postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
    assert_eq!(operator.client.resend(tester).await.json()["email_sent"], false);
    assert_eq!(operator.client.reveal_link(tester).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_does_not_work_is_not_shown() {
    let app = TestApp::start().await;
    let operator = app.enrol("superadmin").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    app.consume(&token_of_row(token)).await;
    operator.client.reveal_link(tester).await.assert_error(409, "mail_accepted");
    app.sql("UPDATE beta_walkthrough_tokens SET revoked_at = now()").await;
    operator.client.reveal_link(tester).await.assert_error(409, "mail_accepted");
    assert!(app.audited(ACTION).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_superadmins_see_links_and_never_without_an_audit_row() {
    let app = TestApp::start().await;
    let (tester, _) = app.add_tester(EMAIL).await;
    for role in ["support", "readonly"] {
        let operator = app.enrol(role).await;
        operator.client.reveal_link(tester).await.assert_error(403, "forbidden");
    }
    app.client.reveal_link(tester).await.assert_error(401, "unauthenticated");
    let operator = app.enrol("superadmin").await;
    operator.client.reveal_link(tester + 1).await.assert_error(404, "tester_not_found");
    app.break_audit_log().await;
    operator.client.reveal_link(tester).await.assert_error(500, "audit_write_failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_sees_it_on_a_page_that_nobody_keeps() {
    let app = TestApp::start().await;
    let operator = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester(EMAIL).await;
    let path = format!("/console/beta/testers/{tester}/link");
    let shown = operator.client.submit(&path, &[]).await;
    shown.assert_page(200, "http://raptor.localhost:8080/walkthrough?token=");
    shown.assert_page(200, "<p class=\"crumbs\"><a href=\"/console/beta\">Testers</a>");
    shown.assert_page(200, "<code class=\"copy\" tabindex=\"0\" role=\"textbox\"");
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    let kept = "admin_sessions AS s WHERE s::text LIKE '%walkthrough%'";
    assert_eq!(app.count(kept).await, 0);
    let page = operator.client.page(&format!("/console/beta/testers/{tester}")).await;
    assert!(!page.text.contains("token="), "{}", page.text);
}
