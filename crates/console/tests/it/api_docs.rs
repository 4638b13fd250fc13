//! The documentation of both APIs: for whoever is signed in, under a policy of its own.

use serde_json::{Value, json};

use super::helpers::{Ask, TestApp};

const PAGE: &str = "/console/api-docs";
const BUNDLE: &str = "/console/api-docs/assets/swagger-ui-bundle.js";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_reads_both_documents() {
    let app = TestApp::start().await;
    for role in ["superadmin", "support", "readonly"] {
        let operator = app.enrol_as(&format!("{role}@raxx.example"), role).await;
        let listed = operator.client.send(Ask::get(PAGE).program()).await;
        let documents = json!({"documents": [
            {"name": "console", "url": "/console/api-docs/console.json"},
            {"name": "raptor-api", "url": "/console/api-docs/raptor-api.json"},
        ]});
        assert_eq!((listed.status, listed.json()), (200, documents));
        for name in ["console", "raptor-api"] {
            let found = operator.client.page(&format!("{PAGE}/{name}.json")).await;
            assert_eq!((found.status, found.header("content-type")), (200, "application/json"));
            assert_eq!(found.header("cache-control"), "no-store");
            let document: Value = serde_json::from_str(&found.text).unwrap();
            assert_eq!(document["info"]["title"], name);
            assert_eq!(document["openapi"], "3.1.0");
            let page = operator.client.page(&format!("{PAGE}?document={name}")).await;
            assert!(page.text.contains(&format!("data-url=\"{PAGE}/{name}.json\"")), "{page:?}");
        }
        let unknown = operator.client.send(Ask::get(format!("{PAGE}/other.json")).program()).await;
        assert_eq!((unknown.status, &unknown.json()["error"]), (404, &json!("not_found")));
        let other = operator.client.page(&format!("{PAGE}?document=%22other")).await;
        assert!(other.text.contains("/console.json\""), "{other:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_gets_any_of_it_and_is_led_to_the_page_after_signing_in() {
    let app = TestApp::start().await;
    for path in [PAGE, "/console/api-docs/console.json", BUNDLE] {
        let program = app.client.send(Ask::get(path).program()).await;
        assert_eq!(program.status, 401, "{path}");
        assert_eq!(program.json()["error"], "unauthenticated", "{path}");
        let page = app.client.page(path).await;
        assert_eq!((page.status, page.header("location")), (303, "/console/login"), "{path}");
        assert_eq!(page.header("set-cookie").contains("console_next="), path == PAGE, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_licence_of_what_draws_the_page_goes_with_it() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let page = operator.client.page(PAGE).await.text;
    for (name, words) in [("LICENSE", "Apache License"), ("NOTICE", "swagger-ui")] {
        let path = format!("/console/api-docs/assets/{name}");
        assert!(page.contains(&path), "{name}");
        let text = operator.client.page(&path).await;
        assert!(text.status == 200 && text.text.contains(words), "{text:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_has_a_policy_of_its_own_and_every_other_header() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let page = operator.client.page(PAGE).await;
    let policy = page.header("content-security-policy");
    let has = |part: &str| policy.split(';').any(|one| one.trim() == part);
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(has(part), "{part} in {policy}");
    }
    assert_eq!(page.header("cache-control"), "no-store");
    let usual = operator.client.page("/console/sessions").await;
    let kept = ["x-content-type-options", "x-frame-options", "referrer-policy"];
    let more = ["permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"];
    for name in kept.into_iter().chain(more) {
        assert_eq!(page.header(name), usual.header(name), "{name}");
        assert_ne!(page.header(name), "", "{name}");
    }
    // What is no page needs no other policy than all else.
    let program = operator.client.send(Ask::get(PAGE).program()).await;
    for other in [program, operator.client.page(BUNDLE).await, usual] {
        assert!(!other.header("content-security-policy").contains("unsafe"), "{:?}", other.status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_page_loads_is_there_and_is_from_here() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let page = operator.client.page(PAGE).await;
    for inline in ["<style", " style=", "<script>", " onclick=", "https://", "http://"] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    let named = page.text.split('"').filter(|part| part.starts_with("/console/api-docs/assets/"));
    let named: Vec<_> = named.collect();
    assert_eq!(named.len(), 6, "{named:?}");
    for path in named {
        let file = operator.client.page(path).await;
        assert_eq!((file.status, file.header("cache-control")), (200, "private, max-age=300"));
        let again = Ask::get(path).html().header("if-none-match", file.header("etag"));
        assert_eq!(operator.client.send(again).await.status, 304, "{path}");
    }
    let unknown = operator.client.page("/console/api-docs/assets/swagger-ui.js").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swagger_ui_is_sent_compressed_to_whoever_takes_that() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let ask = |accepted: &str| Ask::get(BUNDLE).html().header("accept-encoding", accepted);
    let packed = operator.client.send(ask("gzip")).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    let plain = operator.client.send(ask("identity")).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert!(plain.text.contains("SwaggerUIBundle"));
    for answer in [packed, plain] {
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    }
}
