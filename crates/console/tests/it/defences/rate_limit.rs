//! How often somebody who is not signed in may ask.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use test_support::postmark::report::delivery;

use crate::helpers::{Ask, Reply, TestApp};

const WEBHOOK: &str = "/api/webhooks/postmark";
const PASSWORD: &str = "webhook-secret of the tests";

async fn behind_a_router() -> TestApp {
    TestApp::start_with(&[("TRUSTED_PROXY_HOPS", "1"), ("POSTMARK_WEBHOOK_SECRET", PASSWORD)]).await
}

/// As if `requests` had been counted of that client just now.
async fn counted(app: &TestApp, client: &str, requests: i64) {
    app.sql(&format!(
        "INSERT INTO rate_limit_windows VALUES ('{client}', clock_timestamp(), {requests}) \
         ON CONFLICT (client) DO UPDATE SET requests = excluded.requests, \
             started_at = excluded.started_at"
    ))
    .await;
}

async fn from(app: &TestApp, forwarded: &str, ask: Ask) -> Reply {
    app.client.send(ask.header("x-forwarded-for", forwarded)).await
}

/// Every ceremony of sign-in and enrolment.
fn entrance() -> [Ask; 4] {
    [
        Ask::json("/console/login/begin", &json!({})),
        Ask::json("/console/login/finish", &json!({})),
        Ask::json("/console/enroll/begin", &json!({"token": "x"})),
        Ask::json("/console/enroll/finish", &json!({})),
    ]
}

#[track_caller]
fn assert_limited(reply: &Reply) {
    reply.assert_error(429, "rate_limited");
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_and_enrolment_are_counted_together() {
    let app = behind_a_router().await;
    counted(&app, "entrance 192.0.2.1", 296).await;
    for ask in entrance() {
        let path = ask.path.clone();
        assert_ne!(from(&app, "192.0.2.1", ask).await.status, 429, "{path}");
    }
    for ask in entrance() {
        assert_limited(&from(&app, "192.0.2.1", ask).await);
    }
    // Nothing else is, and nobody else is.
    let page = Ask::get("/console/enroll?token=x").html();
    assert_ne!(from(&app, "192.0.2.1", page).await.status, 429);
    for path in ["/console/login", "/console/assets/style.css", "/healthz"] {
        assert_eq!(from(&app, "192.0.2.1", Ask::get(path)).await.status, 200, "{path}");
    }
    for ask in entrance() {
        assert_ne!(from(&app, "192.0.2.2", ask).await.status, 429);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_floods_the_page_of_enrolment_keeps_nobody_from_signing_in() {
    let app = behind_a_router().await;
    counted(&app, "enrolment page 192.0.2.1", 300).await;
    let page = || Ask::get("/console/enroll?token=x");
    assert_limited(&from(&app, "192.0.2.1", page().program()).await);
    from(&app, "192.0.2.1", page().html()).await.assert_page(429, "Error 429");
    for ask in entrance() {
        assert_ne!(from(&app, "192.0.2.1", ask).await.status, 429);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_processes_count_together_and_after_a_minute_anew() {
    let app = behind_a_router().await;
    let same = app.database.url();
    let given = [("DATABASE_URL", same.as_str()), ("TRUSTED_PROXY_HOPS", "1")];
    let other = TestApp::start_with(&given).await;
    let begin = || Ask::json("/console/login/begin", &json!({}));
    counted(&app, "entrance 2001:db8::/64", 298).await;
    assert_eq!(from(&app, "2001:db8::1", begin()).await.status, 200);
    assert_eq!(from(&other, "[2001:db8::2]:443", begin()).await.status, 200);
    assert_limited(&from(&app, "2001:db8::3", begin()).await);
    assert_limited(&from(&other, "2001:db8::3", begin()).await);
    app.sql("UPDATE rate_limit_windows SET started_at = now() - interval '61 seconds'").await;
    assert_eq!(from(&other, "2001:db8::3", begin()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_address_neither_escapes_nor_blames_another() {
    let app = behind_a_router().await;
    counted(&app, "entrance 192.0.2.1", 300).await;
    let begin = || Ask::json("/console/login/begin", &json!({}));
    for forged in ["203.0.113.9, 192.0.2.1", "x,,192.0.2.1", "192.0.2.9 ,\t192.0.2.1:5000"] {
        assert_limited(&from(&app, forged, begin()).await);
    }
    let doubled = begin().header("x-forwarded-for", "203.0.113.9");
    assert_limited(&from(&app, "192.0.2.1", doubled.method(reqwest::Method::POST)).await);
    assert_eq!(from(&app, "192.0.2.1, 203.0.113.9", begin()).await.status, 200);
    assert_eq!(app.count("rate_limit_windows WHERE client LIKE '% 203.0.113.9'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_is_refused_before_it_is_counted() {
    let app = behind_a_router().await;
    let foreign = Ask::json("/console/login/begin", &json!({})).header("sec-fetch-site", "none");
    assert_eq!(from(&app, "192.0.2.1", foreign).await.status, 200);
    let foreign =
        Ask::json("/console/login/begin", &json!({})).header("sec-fetch-site", "cross-site");
    from(&app, "192.0.2.1", foreign).await.assert_error(403, "cross_origin");
    assert_eq!(app.number("SELECT sum(requests) FROM rate_limit_windows").await, 1);
}

async fn report(app: &TestApp, forwarded: &str, password: &str) -> Reply {
    let credentials = STANDARD.encode(format!("postmark:{password}"));
    let body = delivery("00000000-0000-0000-0000-000000000000", "ada@example.com");
    let ask = Ask::json(WEBHOOK, &body).header("authorization", format!("Basic {credentials}"));
    from(app, forwarded, ask).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_real_reports_is_never_refused() {
    let app = behind_a_router().await;
    // In turns, so that none waits long for the database.
    for _ in 0..10 {
        let reports = (0..15).map(|_| report(&app, "192.0.2.1", PASSWORD));
        for answer in futures_util::future::join_all(reports).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }
    assert_eq!(app.count("rate_limit_windows").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_at_the_webhook_is_stopped_with_the_right_password_too() {
    let app = behind_a_router().await;
    counted(&app, "webhook 192.0.2.1", 58).await;
    for _ in 0..2 {
        report(&app, "192.0.2.1", "guess").await.assert_error(401, "unauthorized");
    }
    assert_limited(&report(&app, "192.0.2.1", "guess").await);
    assert_limited(&report(&app, "192.0.2.1", PASSWORD).await);
    assert_eq!(report(&app, "192.0.2.2", PASSWORD).await.status, 200);
    // What was refused without a look at the password does not count.
    assert_eq!(app.number("SELECT max(requests) FROM rate_limit_windows").await, 60);
    app.sql("UPDATE rate_limit_windows SET started_at = now() - interval '61 seconds'").await;
    assert_eq!(report(&app, "192.0.2.1", PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_guesses_at_once_no_more_than_sixty_are_told_that_they_are_wrong() {
    let app = behind_a_router().await;
    let guesses = (0..100).map(|_| report(&app, "192.0.2.1", "guess"));
    let answers = futures_util::future::join_all(guesses).await;
    let told = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(told, 60);
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_service_is_not_locked_out_by_who_shares_its_address() {
    let app = behind_a_router().await;
    let verify = crate::helpers::VERIFY;
    for _ in 0..130 {
        let ask = Ask::json(verify, &json!({"token": "x"})).header("authorization", "Bearer x");
        app.client.send(ask).await.assert_error(401, "unauthorized");
    }
    assert_eq!(app.count("rate_limit_windows").await, 0);
    assert_eq!(app.as_raptor(verify, &json!({"token": "x"})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nothing_can_be_counted_nobody_is_let_past() {
    let (relay, url) = {
        let database = crate::helpers::migrated_database().await;
        let (relay, url) = test_support::relay::Relay::in_front_of(&database.url());
        (relay, (url, database))
    };
    let given = [("DATABASE_URL", url.0.as_str()), ("POSTMARK_WEBHOOK_SECRET", PASSWORD)];
    let app = TestApp::start_with(&given).await;
    let begin = || app.client.login_begin();
    assert_eq!(begin().await.status, 200);
    relay.cut();
    for answer in
        [begin().await, report(&app, "x", "guess").await, report(&app, "x", PASSWORD).await]
    {
        answer.assert_error(503, "service_unavailable");
        assert_ne!(answer.header("retry-after"), "");
    }
    relay.restore();
    test_support::wait::eventually("it is let past again", async || {
        (begin().await.status == 200).then_some(())
    })
    .await;
}
