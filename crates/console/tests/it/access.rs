//! Who may do what, and in which order it is judged: origin, session, flag, role, then the rest.

use reqwest::Method;
use serde_json::json;

use super::helpers::{Ask, Operator, TestApp};

/// Every GET that is open to all who are signed in.
const READS: [&str; 8] = [
    "/console",
    "/console/session",
    "/console/beta",
    "/console/audit",
    "/console/flags",
    "/console/admins",
    "/console/admins/1",
    "/console/beta/testers/1",
];

/// Every action, and the roles that may begin it. The ghost reset's flag is on.
const ACTIONS: [(&str, &[&str]); 9] = [
    ("/console/beta/testers", &["superadmin", "support"]),
    ("/console/beta/testers/1/invite", &["superadmin", "support"]),
    ("/console/beta/testers/1/ghost-reset", &["superadmin"]),
    ("/console/beta/testers/1/link", &["superadmin"]),
    ("/console/flags/unknown", &["superadmin"]),
    ("/console/admins", &["superadmin"]),
    ("/console/admins/nobody/role", &["superadmin"]),
    ("/console/admins/nobody/revoke", &["superadmin"]),
    ("/console/admins/nobody/reset-passkeys", &["superadmin"]),
];

/// A body that no action takes: only who may come in gets to it.
fn unreadable(path: &str) -> Ask {
    Ask::post(path, "text/plain", "nonsense").program()
}

async fn everybody(app: &TestApp) -> Vec<(&'static str, Operator)> {
    let mut all = Vec::new();
    for role in ["superadmin", "support", "readonly"] {
        all.push((role, app.enrol(role).await));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_in_reads_everything_and_nobody_else_does() {
    let app = TestApp::start().await;
    let everybody = everybody(&app).await;
    for path in READS {
        for (role, operator) in &everybody {
            let status = operator.client.get(path).await.status;
            let there = if path.ends_with("/1") { 404 } else { 200 };
            assert_eq!(status, there, "{role} {path}");
        }
        app.client.get(path).await.assert_error(401, "unauthenticated");
        app.client.page(path).await.assert_redirect("/console/login");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_action_is_open_to_its_roles_alone() {
    let app = TestApp::start().await;
    app.switch_ghost_reset(true).await;
    for (role, operator) in &everybody(&app).await {
        for (path, may) in ACTIONS {
            let reply = operator.client.send(unreadable(path)).await;
            if may.contains(role) {
                assert!(![401, 403].contains(&reply.status), "{role} {path} {reply:?}");
            } else {
                reply.assert_error(403, "forbidden");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_is_judged_before_everything_but_the_origin() {
    let app = TestApp::start().await;
    for (path, _) in ACTIONS {
        let reply = app.client.send(unreadable(path)).await;
        reply.assert_error(401, "unauthenticated");
        app.client.submit(path, &[]).await.assert_redirect("/console/login");
        let foreign = unreadable(path).header("sec-fetch-site", "cross-site");
        app.client.send(foreign).await.assert_error(403, "cross_origin");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_origin_is_judged_before_the_role() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for (path, _) in ACTIONS {
        let foreign = unreadable(path).header("origin", "https://elsewhere.example");
        operator.client.send(foreign).await.assert_error(403, "cross_origin");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_flag_off_the_ghost_reset_is_not_there_for_anybody() {
    let app = TestApp::start().await;
    let path = "/console/beta/testers/1/ghost-reset";
    app.client.send(unreadable(path)).await.assert_error(401, "unauthenticated");
    for (_, operator) in &everybody(&app).await {
        operator.client.send(unreadable(path)).await.assert_error(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_json_body_counts_as_a_program_and_a_page_is_preferred_where_it_is_asked_for() {
    let app = TestApp::start().await;
    let bare = || Ask::json("/console/admins", &json!({}));
    app.client.send(bare()).await.assert_error(401, "unauthenticated");
    app.client.send(bare().html()).await.assert_redirect("/console/login");
    let form = Ask::form("/console/admins", &[]);
    app.client.send(form).await.assert_redirect("/console/login");
    let read = Ask::get("/console/admins");
    app.client.send(read).await.assert_redirect("/console/login");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_are_told_which_are_right() {
    let app = TestApp::start().await;
    let operator = app.enrol("superadmin").await;
    for (path, allow) in [
        ("/console/flags", "GET, HEAD"),
        ("/console/admins", "GET, HEAD, POST"),
        ("/console/logout", "POST"),
        ("/console/enroll/begin", "POST"),
    ] {
        let ask = Ask::get(path).program().method(Method::DELETE);
        let reply = operator.client.send(ask).await;
        reply.assert_error(405, "method_not_allowed");
        assert_eq!(reply.header("allow"), allow, "{path}");
    }
    for path in READS.into_iter().chain(["/console/login"]) {
        let head = Ask::get(path).html().method(Method::HEAD);
        let (head, get) = (operator.client.send(head).await, operator.client.page(path).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_address_is_a_404_in_the_form_that_was_asked_for() {
    let app = TestApp::start().await;
    for path in ["/unknown", "/console/assets/unknown.css", "/%63onsole/login"] {
        app.client.get(path).await.assert_error(404, "not_found");
        app.client.page(path).await.assert_page(404, "Nothing here");
    }
    app.client.get("/console/unknown").await.assert_error(401, "unauthenticated");
    app.client.page("/console/unknown").await.assert_redirect("/console/login");
    let operator = app.enrol("readonly").await;
    operator.client.get("/console/unknown").await.assert_error(404, "not_found");
    operator.client.page("/console/unknown").await.assert_page(404, "Nothing here");
    app.client.page("/api/internal/unknown").await.assert_error(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_front_door_leads_to_the_overview() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    operator.client.page("/").await.assert_redirect("/console");
    operator.client.page("/console").await.assert_page(200, "Does anyone need you?");
    app.client.page("/console").await.assert_redirect("/console/login");
}
