//! The headers that every answer has, whatever it is, and every cookie.

use reqwest::Method;
use serde_json::json;

use crate::helpers::{Ask, Options, Reply, TestApp};

const HTTPS: &str = "https://raptor.example";

async fn app(origin: &str) -> TestApp {
    let variables =
        [("RAPTOR_PUBLIC_URL", origin), ("PUBLIC_RATE_LIMIT", "1000"), ("TRUSTED_PROXY_HOPS", "1")];
    let variables = variables.map(|(name, value)| (name, value.to_owned())).to_vec();
    TestApp::start_with(Options { variables, ..Options::default() }).await
}

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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_answer_has_them() {
    let begin = "/api/auth/login/begin";
    let long = format!("/{}", "a".repeat(9 * 1024));
    for origin in [crate::helpers::ORIGIN, HTTPS] {
        let app = app(origin).await;
        app.sql("INSERT INTO rate_limit_windows VALUES ('192.0.2.1', now(), 5000)").await;
        let kinds = [
            (200, Ask::get("/").html()),
            (200, Ask::get("/assets/style.css")),
            (200, Ask::get("/healthz")),
            (200, Ask::get("/readyz").method(Method::HEAD)),
            (200, Ask::get("/metrics")),
            (200, Ask::json(begin, &json!({}))),
            (204, Ask::post("/api/auth/logout", "", "")),
            (400, Ask::json(begin, &json!([]))),
            (400, Ask::get("/signup?token=x").html()),
            (401, Ask::get("/api/auth/session")),
            (401, Ask::get("/api/internal/elsewhere")),
            (404, Ask::get("/walkthrough?token=x").html()),
            (404, Ask::get("/nowhere")),
            (404, Ask::get("/api/auth/login%2Fbegin")),
            (405, Ask::get(begin)),
            (405, Ask::get("/healthz").method(Method::OPTIONS)),
            (413, Ask::post(begin, "application/json", vec![b' '; 65 * 1024])),
            (414, Ask::get(&long)),
            (415, Ask::post(begin, "text/plain", "{}")),
            (429, Ask::get("/api/auth/session").header("x-forwarded-for", "192.0.2.1")),
            (431, Ask::get("/healthz").header("x-padding", "a".repeat(33 * 1024))),
        ];
        for (status, ask) in kinds {
            let what = format!("{} {}", ask.method, &ask.path[..ask.path.len().min(60)]);
            let reply = app.client.send(ask).await;
            assert_eq!(reply.status, status, "{what}: {reply:?}");
            assert_guarded(&reply, origin == HTTPS);
            if status >= 400 {
                assert_eq!(reply.header("cache-control"), "no-store", "{what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cookie_is_out_of_reach_and_behind_https_bound_to_the_host() {
    for origin in [crate::helpers::ORIGIN, HTTPS] {
        let app = app(origin).await;
        let is_https = origin == HTTPS;
        let token = app.console.invite("ada@example.com");
        let opened = app.client.page(&format!("/walkthrough?token={token}")).await;
        let out = app.client.logout("").await;
        for (reply, name) in [(&opened, "walkthrough_attempt"), (&out, "raptor_session")] {
            let cookie = reply.header("set-cookie");
            let prefix = if is_https { "__Host-" } else { "" };
            assert!(cookie.starts_with(&format!("{prefix}{name}=")), "{cookie}");
            let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
            for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(attributes.contains(&wanted), "{cookie}");
            }
            assert_eq!(attributes.contains(&"Secure"), is_https, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        // The attempt is known again by the name that it has there.
        let again = Ask::get("/walkthrough?token=x").html().cookie(opened.cookie());
        app.client.send(again).await;
        let path = format!("/walkthrough?token={token}");
        let again = app.client.send(Ask::get(&path).html().cookie(opened.cookie())).await;
        assert_eq!(again.cookie(), opened.cookie());
    }
}
