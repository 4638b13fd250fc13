//! Errors as pages and as JSON.

use crate::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_gets_a_page_and_a_program_json() {
    let app = TestApp::start().await;
    let page = app.client.page("/nowhere").await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.text.contains("<h1>There is nothing here</h1>"), "{}", page.text);
    assert!(page.text.contains(page.header("x-request-id")));
    for accept in ["application/json", "text/html, application/json", "*/*", "image/png"] {
        let reply = app.client.send(Ask::get("/nowhere").header("accept", accept)).await;
        reply.assert_error(404, "not_found");
    }
}
