//! `GET /assets/…`.

use std::collections::BTreeSet;

use ghost_contracts::signup::{ClientError, REGISTER_REPORT_PATH};

use crate::helpers::{Ask, TestApp};

/// What stands between `before` and the next quotation mark, wherever that is.
fn names(text: &str, before: &str) -> Vec<String> {
    let ends = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
    ends.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_page_or_a_script_loads_is_there() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let mut wanted = Vec::new();
    for page in ["/".to_owned(), format!("/signup?token={token}")] {
        let page = app.client.page(&page).await;
        wanted.extend(names(&page.text, "\"/assets/"));
    }
    assert!(
        ["style.css", "icon.svg", "signup.js"].iter().all(|name| wanted.iter().any(|w| w == name))
    );
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let file = app.client.get(&format!("/assets/{name}")).await;
        let content_type = match name.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        assert_eq!((file.status, file.header("content-type")), (200, content_type), "{name}");
        wanted.extend(names(&file.text, "from \"./"));
    }
    assert!(seen.contains("report.js"), "{seen:?}");
    app.client.get("/assets/nothing.css").await.assert_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let app = TestApp::start().await;
    let file = app.client.get("/assets/style.css").await;
    let again = Ask::get("/assets/style.css").header("if-none-match", file.header("etag"));
    let again = app.client.send(again).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_reports_what_the_closed_list_names_and_nothing_else() {
    let app = TestApp::start().await;
    let script = app.client.get("/assets/report.js").await.text;
    assert!(script.contains(&format!("\"{REGISTER_REPORT_PATH}\"")), "{script}");
    let (_, list) = script.split_once("NAMES = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let mut reported: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    // Whatever else there is has this name.
    assert!(script.contains(": \"Other\""), "{script}");
    reported.insert("Other");
    assert_eq!(reported, ClientError::ALL.iter().map(|error| error.as_str()).collect());
}
