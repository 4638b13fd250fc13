//! The headers that every answer has, whatever it is.

use reqwest::Method;
use serde_json::json;

use crate::helpers::{Ask, Reply, TestApp};

const HTTPS: &str = "https://console.raxx.example";

#[track_caller]
fn assert_guarded(reply: &Reply, is_https: bool) {
    let header = |name: &str| reply.header(name);
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{reply:?}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{reply:?}");
    assert_eq!(header("x-frame-options"), "DENY");
    assert!(["same-origin", "no-referrer"].contains(&header("referrer-policy")));
    assert!(header("permissions-policy").contains("camera=()"));
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(header("server"), "");
    assert_eq!(header("strict-transport-security").is_empty(), !is_https, "{reply:?}");
    assert_ne!(header("x-request-id").is_empty(), reply.status != 308);
}

/// A request for each kind of answer, with its status.
fn kinds() -> Vec<(u16, Ask)> {
    let begin = "/console/login/begin";
    vec![
        (200, Ask::get("/console/login").html()),
        (200, Ask::get("/console/assets/style.css")),
        (200, Ask::get("/healthz")),
        (200, Ask::get("/readyz")),
        (200, Ask::get("/metrics")),
        (200, Ask::get("/healthz").method(Method::HEAD)),
        (303, Ask::get("/")),
        (303, Ask::get("/console/flags").html()),
        (400, Ask::json(begin, &json!([]))),
        (400, Ask::get("/console/enroll?token=x").html()),
        (401, Ask::get("/console/flags").program()),
        (401, Ask::get("/api/internal/elsewhere")),
        (401, Ask::json("/api/webhooks/postmark", &json!({}))),
        (403, Ask::json(begin, &json!({})).header("sec-fetch-site", "cross-site")),
        (404, Ask::get("/nowhere").html()),
        (404, Ask::get("/console/assets/nothing.js")),
        (404, Ask::get("/console/login%2Fbegin")),
        (405, Ask::get(begin)),
        (405, Ask::get("/healthz").method(Method::OPTIONS)),
        (413, Ask::post(begin, "application/json", vec![b' '; 65 * 1024])),
        (414, Ask::get(format!("/{}", "a".repeat(9 * 1024)))),
        (415, Ask::post(begin, "text/plain", "{}")),
        (429, Ask::json(begin, &json!({})).header("x-forwarded-for", "192.0.2.1")),
        (431, Ask::get("/healthz").header("x-padding", "a".repeat(33 * 1024))),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_answer_has_them() {
    for origin in [crate::helpers::ORIGIN, HTTPS] {
        let app = TestApp::start_with(&[
            ("CONSOLE_PUBLIC_URL", origin),
            ("TRUSTED_PROXY_HOPS", "1"),
            ("POSTMARK_WEBHOOK_SECRET", "a secret of the tests"),
        ])
        .await;
        app.sql("INSERT INTO rate_limit_windows VALUES ('entrance 192.0.2.1', now(), 1000)").await;
        for (status, ask) in kinds() {
            let what = format!("{} {}", ask.method, &ask.path[..ask.path.len().min(60)]);
            let reply = app.client.send(ask).await;
            assert_eq!(reply.status, status, "{what}: {reply:?}");
            assert_guarded(&reply, origin == HTTPS);
            let sends_on = (300..400).contains(&status);
            if status >= 400 || sends_on {
                assert_eq!(reply.header("cache-control"), "no-store", "{what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_do_a_file_that_is_known_faults_and_a_page_behind_a_session() {
    let app = TestApp::start().await;
    let ann = app.enrol("superadmin").await;
    let style = app.client.get("/console/assets/style.css").await;
    let known = Ask::get("/console/assets/style.css").header("if-none-match", style.header("etag"));
    let known = app.client.send(known).await;
    assert_eq!(known.status, 304);
    assert_guarded(&known, false);
    for path in ["/console", "/console/sessions", "/console/audit?format=csv"] {
        let page = ann.client.page(path).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{path}");
        assert_guarded(&page, false);
    }
    app.sql("ALTER TABLE audit_log RENAME TO elsewhere").await;
    let fault = ann.client.page("/console/audit").await;
    assert_eq!(fault.status, 500);
    assert_guarded(&fault, false);
    let away = TestApp::start_with(&[("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")]).await;
    for path in ["/readyz", "/console/enroll?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let away = away.client.page(path).await;
        assert_eq!(away.status, 503, "{away:?}");
        assert_guarded(&away, false);
    }
}
