//! Error pages: what happened, whether anything was changed, what to do next.

use reqwest::Method;

use super::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_in_keeps_the_navigation() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let page = reader.client.page("/console/nothing").await;
    page.assert_page(404, "<nav aria-label=\"Main\">");
    page.assert_page(404, "readonly@raxx.example");
    let page = reader.client.page("/console/beta/testers/7").await;
    page.assert_page(404, "No such tester");
    page.assert_page(404, "href=\"/console/beta\">To the testers</a>");
    let outside = app.client.page("/nothing").await;
    outside.assert_page(404, "To the Console");
    assert!(!outside.text.contains("<nav"), "{}", outside.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_says_that_nothing_was_changed_and_what_to_do() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let reader = app.enrol("readonly").await;
    let post = |path: &str, kind: &str, body: Vec<u8>| Ask::post(path, kind, body).html();
    let form = "application/x-www-form-urlencoded";
    let flag = "/console/flags/beta_ghost_reset";
    for (status, reply, advice) in [
        (400, admin.client.send(post(flag, form, b"x=y".to_vec())).await, "Go back, check"),
        (403, reader.client.submit(flag, &[("enabled", "true")]).await, "ask a superadmin"),
        (404, admin.client.page("/console/nothing").await, "Check the address"),
        (405, admin.client.send(Ask::get(flag).html()).await, "use the buttons"),
        (405, admin.client.send(Ask::get(flag).html().method(Method::PUT)).await, "the buttons"),
        (413, admin.client.send(post(flag, form, vec![b'x'; 70_000])).await, "send less"),
        (415, admin.client.send(post(flag, "text/plain", b"x".to_vec())).await, "the buttons"),
    ] {
        reply.assert_page(status, advice);
        assert_eq!(reply.text.matches("othing was changed").count(), 1, "{}", reply.text);
        reply.assert_page(status, &format!("Error {status}"));
        assert_eq!(reply.text.matches("<h1").count(), 1);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let foreign = Ask::form(flag, &[]).html().header("sec-fetch-site", "cross-site");
    admin.client.send(foreign).await.assert_page(403, "Sent from another site");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_of_ours_names_its_request() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.sql("ALTER TABLE audit_log RENAME TO elsewhere").await;
    let page = admin.client.page("/console/audit").await;
    page.assert_page(500, "Something went wrong");
    page.assert_page(500, "<a class=\"button\" href=\"\">Try again</a>");
    page.assert_page(500, ", request <code>");
    page.assert_page(500, "Nothing was changed: only a page was asked for.");
    assert!(!page.text.contains("elsewhere") && !page.text.contains("relation"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_posted_may_be_done_in_part_and_only_a_reset_is_safe_to_repeat() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester("ada@example.com").await;
    app.switch_ghost_reset(true).await;
    app.sql("ALTER TABLE beta_testers RENAME TO elsewhere").await;
    let page = format!("/console/beta/testers/{tester}");
    let invited = admin.client.submit(&format!("{page}/invite"), &[]).await;
    invited.assert_page(500, "It may have been done all the same.");
    assert!(!invited.text.contains("safe") && !invited.text.contains("no harm"));
    let reset = admin.client.submit(&format!("{page}/ghost-reset"), &[]).await;
    reset.assert_page(500, "to run the reset again is safe");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_the_page_says_once_that_nothing_was_changed() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.break_audit_log().await;
    let flag = "/console/flags/beta_ghost_reset";
    let refused = admin.client.submit(flag, &[("enabled", "true")]).await;
    refused.assert_page(500, "The audit log could not be written, so nothing was changed.");
    assert!(!refused.text.contains("may have been done"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_waits_is_not_spent_on_an_error_page() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    admin.client.submit("/console/flags/beta_ghost_reset", &[("enabled", "true")]).await;
    let lost = admin.client.page("/console/nothing").await;
    assert!(!lost.text.contains("is on from now on"));
    admin.client.page("/console/flags").await.assert_page(200, "is on from now on");
}
