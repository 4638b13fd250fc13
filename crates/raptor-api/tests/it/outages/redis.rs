//! Redis, where the challenges live: gone and back, hanging, full, and a replica.

use test_support::redis::{RedisServer, test_database_url};
use test_support::relay::Relay;
use test_support::wait::within;

use super::{EMAIL, SHORT, assert_away, assert_heals};
use crate::helpers::{Ask, Options, TestApp};

async fn start(redis_url: &str) -> TestApp {
    let variables = vec![("REDIS_URL", redis_url.to_owned())];
    TestApp::start_with(Options { variables, patience: SHORT, ..Options::default() }).await
}

/// No ceremony begins, no invitation is spent, and everything else goes on.
async fn assert_no_ceremonies(app: &TestApp, token: &str) {
    let invitation = app.console.invite("eve@example.com");
    let body = format!("token={invitation}&nda_version=2026-06&nda_accepted=true");
    let form = Ask::post("/walkthrough", "application/x-www-form-urlencoded", body).html();
    let (begin, login, page, ready, check) = tokio::join!(
        app.client.begin(token),
        app.client.login_begin(),
        app.client.send(form),
        app.client.get("/readyz"),
        app.client.ghost_check(EMAIL),
    );
    assert_away(&begin);
    assert_away(&login);
    assert_eq!((page.status, page.header("retry-after")), (503, "5"), "{page:?}");
    assert!(page.text.contains("<h1>We cannot go on right now</h1>"), "{page:?}");
    assert!(app.console.consumed_by(&invitation).is_none());
    assert_eq!((ready.status, &ready.json()["checks"]["redis"]), (503, &"unavailable".into()));
    assert_eq!(check.status, 200, "{check:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_gone_is_found_again() {
    let (relay, url) = Relay::in_front_of(&test_database_url());
    let app = start(&url).await;
    let token = app.mint(EMAIL).await;
    assert_eq!(app.client.login_begin().await.status, 200);
    relay.cut();
    assert_no_ceremonies(&app, &token).await;
    relay.restore();
    assert_heals(&app, &token).await;
    let (_, mut passkey) = app.sign_up("bob@example.com").await;
    assert_eq!(app.sign_in(&mut passkey).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_takes_connections_and_never_answers_is_given_up_and_found_again() {
    let (relay, url) = Relay::in_front_of(&test_database_url());
    let app = start(&url).await;
    let token = app.mint(EMAIL).await;
    assert_eq!(app.client.login_begin().await.status, 200);
    relay.stall();
    within("all are answered", assert_no_ceremonies(&app, &token)).await;
    relay.restore();
    assert_heals(&app, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_takes_no_writes_is_away_until_it_does() {
    let server = tokio::task::spawn_blocking(RedisServer::start).await.unwrap().unwrap();
    let app = start(&server.url()).await;
    let token = app.mint(EMAIL).await;
    let mut redis = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let mut tell = |words: &str| {
        let words: Vec<_> = words.split(' ').collect();
        redis::cmd(words[0]).arg(&words[1..]).query::<()>(&mut redis).unwrap();
    };
    for (trouble, end) in [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ] {
        assert_eq!(app.client.login_begin().await.status, 200);
        tell(trouble);
        assert_no_ceremonies(&app, &token).await;
        tell(end);
        assert_heals(&app, &token).await;
    }
}
