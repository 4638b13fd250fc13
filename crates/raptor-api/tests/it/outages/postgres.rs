//! Postgres hangs, is cut off, takes no writes, or is busy; see also [`super::server`].

use std::cell::RefCell;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use service_kit::db::Patience;
use test_support::relay::Relay;
use test_support::wait::{eventually, within};

use super::{EMAIL, SHORT, assert_all_away, assert_away, assert_heals, start_on, start_with};
use crate::helpers::{TestApp, migrated_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_hangs_nobody_waits_without_end() {
    let database = migrated_database().await;
    let (relay, url) = Relay::in_front_of(&database.url());
    let app = start_on(&url).await;
    let token = app.mint(EMAIL).await;
    app.client.ghost_check(EMAIL).await;
    relay.stall();
    within("all are answered", assert_all_away(&app, &token)).await;
    relay.restore();
    assert_heals(&app, &token).await;
    assert_eq!(database.count("users").await, 1);
    assert_eq!(database.count("audit_log WHERE action = 'account.ghost_reset'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_cut_off_everybody_is_told_and_it_heals() {
    let database = migrated_database().await;
    let (relay, url) = Relay::in_front_of(&database.url());
    let app = start_on(&url).await;
    let token = app.mint(EMAIL).await;
    app.client.ghost_check(EMAIL).await;
    relay.cut();
    assert_all_away(&app, &token).await;
    relay.restore();
    assert_heals(&app, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_away_until_it_does() {
    let app = TestApp::start().await;
    let token = app.mint(EMAIL).await;
    app.account("bob@example.com", 60).await;
    app.set_for_new_connections("default_transaction_read_only", "on").await;
    let invitation = app.console.invite("eve@example.com");
    for reply in [
        app.client.begin(&token).await,
        app.client.login_begin().await,
        app.client.ghost_check(EMAIL).await,
        app.client.ghost_delete("bob@example.com").await,
    ] {
        assert_away(&reply);
    }
    let unready = app.client.get("/readyz").await;
    assert_eq!(
        (unready.status, &unready.json()["checks"]["database"]),
        (503, &"unavailable".into())
    );
    assert!(app.console.consumed_by(&invitation).is_none());
    assert_eq!(app.count("users").await, 1);
    app.set_for_new_connections("default_transaction_read_only", "off").await;
    assert_heals(&app, &token).await;
    assert_eq!(app.client.ghost_delete("bob@example.com").await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_ended_in_mid_statement_deletes_nothing_and_is_a_503() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN; SELECT id FROM users FOR UPDATE").await.unwrap();
    let client = app.client.clone();
    let deleting = tokio::spawn(async move { client.ghost_delete(EMAIL).await });
    let waiting = "FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    eventually("the delete waits", async || {
        (app.number(&format!("SELECT count(*) {waiting}")).await == 1).then_some(())
    })
    .await;
    app.sql(&format!("SELECT pg_terminate_backend(pid) {waiting}")).await;
    assert_away(&deleting.await.unwrap());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!((app.count("users").await, app.count("audit_log").await), (1, 0));
    assert_eq!(app.client.ghost_delete(EMAIL).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_no_connection_is_told_and_who_has_one_is_served() {
    let database = migrated_database().await;
    let patience = Patience { answer: Duration::from_secs(20), ..SHORT };
    let app = start_with(&database.url(), patience).await;
    let mut other = database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE users").await.unwrap();
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let client = app.client.clone();
            tokio::spawn(async move { client.ghost_check(EMAIL).await })
        })
        .collect();
    // Six hold all connections and wait for the lock; the others give up before it goes.
    eventually("others have given up", async || {
        asking.iter().any(|asked| asked.is_finished()).then_some(())
    })
    .await;
    assert_eq!(app.client.get("/healthz").await.status, 200);
    assert_eq!(app.client.get("/readyz").await.status, 503);
    other.batch_execute("COMMIT").await.unwrap();
    let mut served = 0;
    for asked in asking {
        match asked.await.unwrap() {
            reply if reply.status == 200 => served += 1,
            reply => assert_away(&reply),
        }
    }
    assert!((1..20).contains(&served), "{served}");
    assert_eq!(app.client.get("/readyz").await.status, 200);
    assert_eq!(app.client.ghost_check(EMAIL).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_to_a_crowd_are_turned_away_at_the_door_and_nobody_inside_is() {
    let database = migrated_database().await;
    let long = Duration::from_secs(20);
    let patience = Patience { connection: long, answer: long, queue: 3 };
    let app = start_with(&database.url(), patience).await;
    let mut other = database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE users").await.unwrap();
    let ask = || {
        let client = app.client.clone();
        tokio::spawn(async move { client.ghost_check(EMAIL).await })
    };
    // All connections wait for the lock, and three requests for a connection.
    let inside = RefCell::new(Vec::new());
    let crowd = eventually("there is a crowd", async || {
        let reply = app.client.page("/signup").await;
        if reply.status == 503 {
            return Some(reply);
        }
        inside.borrow_mut().push(ask());
        None
    })
    .await;
    assert!(crowd.text.contains("more to do than it can right now"), "{crowd:?}");
    assert_eq!(crowd.header("retry-after"), "5");
    assert!(crowd.header("content-security-policy").starts_with("default-src"));
    for turned in ["/api/auth/session", "/api/auth/elsewhere", "/walkthrough"] {
        assert_away(&app.client.get(turned).await);
    }
    // The other service, and whoever needs no database, are not.
    inside.borrow_mut().push(ask());
    for (path, status) in [("/", 200), ("/healthz", 200), ("/assets/style.css", 200), ("/x", 404)] {
        assert_eq!(app.client.get(path).await.status, status, "{path}");
    }
    other.batch_execute("COMMIT").await.unwrap();
    for asked in inside.into_inner() {
        assert_eq!(asked.await.unwrap().status, 200);
    }
    eventually("the door is open", async || {
        (app.client.page("/signup").await.status != 503).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_ask_whether_it_is_ready_they_are_no_crowd() {
    let database = migrated_database().await;
    let patience = Patience { answer: Duration::from_secs(20), queue: 3, ..SHORT };
    let app = start_with(&database.url(), patience).await;
    let mut other = database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE users").await.unwrap();
    let check = || {
        let client = app.client.clone();
        tokio::spawn(async move { client.ghost_check(EMAIL).await })
    };
    // Six of them hold all connections.
    let holding: Vec<_> = (0..6).map(|_| check()).collect();
    eventually("no connection is left", async || {
        (app.client.get("/readyz").await.status == 503).then_some(())
    })
    .await;
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let client = app.client.clone();
            tokio::spawn(async move { client.get("/readyz").await })
        })
        .collect();
    while !asking.iter().all(|asked| asked.is_finished()) {
        assert_ne!(app.client.page("/signup").await.status, 503);
    }
    other.batch_execute("COMMIT").await.unwrap();
    for answered in futures_util::future::join_all(holding).await {
        assert!([200, 503].contains(&answered.unwrap().status));
    }
}
