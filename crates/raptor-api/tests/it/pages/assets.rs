//! `GET /assets/…`.

use crate::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_page_or_a_script_loads_is_there() {
    let app = TestApp::start().await;
    for (name, content_type) in [
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("front.js", "text/javascript; charset=utf-8"),
        ("signup.js", "text/javascript; charset=utf-8"),
    ] {
        let file = app.client.get(&format!("/assets/{name}")).await;
        assert_eq!((file.status, file.header("content-type")), (200, content_type), "{name}");
        for import in file.text.split("from \"./").skip(1) {
            let imported = import.split('"').next().unwrap();
            let reply = app.client.get(&format!("/assets/{imported}")).await;
            assert_eq!(reply.status, 200, "{name} imports {imported}");
        }
    }
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
