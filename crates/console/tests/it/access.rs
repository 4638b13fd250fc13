//! Who may do what, and in which order it is judged: origin, session, flag, role, then the rest.

use serde_json::json;

use super::helpers::{Ask, Operator, TestApp};

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
