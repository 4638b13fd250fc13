//! Style and scripts: our own alone, and revalidated by their hash.

use super::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_pages_load_is_there() {
    let app = TestApp::start().await;
    let (_, token) = app.invite("ann@raxx.example", "support").await;
    for page in ["/console/login".to_owned(), format!("/console/enroll?token={token}")] {
        let page = app.client.page(&page).await;
        let named = page.text.split('"').filter(|part| part.starts_with("/console/assets/"));
        let named: Vec<_> = named.collect();
        assert!(named.len() >= 3, "{named:?}");
        for path in named {
            assert_eq!(app.client.page(path).await.status, 200, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_scripts_import_is_there() {
    let app = TestApp::start().await;
    for script in ["login.js", "enroll.js", "ceremony.js"] {
        let text = app.client.get(&format!("/console/assets/{script}")).await.text;
        let imported: Vec<_> = text.split('"').filter_map(|part| part.strip_prefix("./")).collect();
        assert!(!imported.is_empty(), "{script}");
        for name in imported {
            let found = app.client.get(&format!("/console/assets/{name}")).await;
            assert_eq!(found.status, 200, "{name}");
            assert!(found.header("content-type").starts_with("text/javascript"), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let app = TestApp::start().await;
    let path = "/console/assets/style.css";
    let first = app.client.get(path).await;
    assert_eq!(first.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    let again = Ask::get(path).header("if-none-match", first.header("etag"));
    let again = app.client.send(again).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_holds_a_script_or_a_style_of_its_own() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    for path in ["/console/login", "/console/flags", "/console/audit", "/console/admins"] {
        let client = if path.ends_with("login") { &app.client } else { &admin.client };
        let text = client.page(path).await.text;
        assert!(text.contains("<main"), "{path}");
        for inline in ["<style", " style=", "<script>", " onclick=", "https://", "http://"] {
            assert!(!text.contains(inline), "{inline} on {path}");
        }
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
    }
}
