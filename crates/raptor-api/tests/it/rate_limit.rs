//! `PUBLIC_RATE_LIMIT` (section 2 of the contracts).

use crate::helpers::{Ask, Options, Reply, TestApp};

async fn limited(limit: u32) -> TestApp {
    let variables =
        vec![("PUBLIC_RATE_LIMIT", limit.to_string()), ("TRUSTED_PROXY_HOPS", "1".to_owned())];
    TestApp::start_with(Options { variables, ..Options::default() }).await
}

async fn from(app: &TestApp, client: &str, path: &str) -> Reply {
    app.client.send(Ask::get(path).header("x-forwarded-for", client)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_addresses_are_counted_together() {
    let app = limited(4).await;
    for path in ["/api/auth/session", "/walkthrough", "/signup", "/api/auth/elsewhere"] {
        assert_ne!(from(&app, "192.0.2.1", path).await.status, 429, "{path}");
    }
    for path in ["/api/auth/session", "/walkthrough", "/signup", "/api/auth/elsewhere"] {
        let refused = from(&app, "192.0.2.1", path).await;
        refused.assert_error(429, "rate_limited");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    // Nothing else is.
    for path in ["/", "/healthz", "/assets/style.css"] {
        assert_eq!(from(&app, "192.0.2.1", path).await.status, 200, "{path}");
    }
    assert_eq!(app.client.ghost_check("ada@example.com").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_client_is_counted_by_itself() {
    let app = limited(1).await;
    for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"] {
        assert_eq!(from(&app, client, "/api/auth/session").await.status, 401, "{client}");
    }
    // The same IPv6 network, and an address that only the client itself has claimed.
    for client in ["2001:db8::2", "203.0.113.9, 192.0.2.1"] {
        assert_eq!(from(&app, client, "/api/auth/session").await.status, 429, "{client}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_minute_the_count_begins_anew() {
    let app = limited(1).await;
    assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 401);
    assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 429);
    app.sql("UPDATE rate_limit_windows SET started_at = now() - interval '61 seconds'").await;
    assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zero_is_no_limit() {
    let app = limited(0).await;
    for _ in 0..70 {
        assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_on_over_the_limit_is_refused_without_the_database() {
    let app = limited(1).await;
    assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 401);
    for _ in 0..10 {
        assert_eq!(from(&app, "192.0.2.1", "/api/auth/session").await.status, 429);
    }
    app.cut_off_database().await;
    let refused = from(&app, "192.0.2.1", "/api/auth/session").await;
    refused.assert_error(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(from(&app, "192.0.2.2", "/api/auth/session").await.status, 503);
}
