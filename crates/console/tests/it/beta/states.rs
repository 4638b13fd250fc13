//! What the Console remembers of the testers' accounts.

use console::db::account_state;
use diesel_async::SimpleAsyncConnection;
use ghost_contracts::raptor::GHOST_CHECK_BATCH_PATH;
use serde_json::json;
use test_support::proxy::HttpProxy;
use test_support::wait::{eventually, within};

use crate::helpers::{System, TestApp, TestRaptor, migrated_database};

async fn seen(app: &TestApp) -> serde_json::Value {
    let columns = "account_state, account_state_since, account_created_at, account_seen_at";
    app.rows(&format!("SELECT {columns} FROM beta_testers ORDER BY id")).await[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_asks_for_the_states_that_are_old() {
    let raptor = TestRaptor::start("http://127.0.0.1:1").await;
    raptor.add_shell("ada1@example.com", 9).await;
    let to_raptor = HttpProxy::start(raptor.url.as_str());
    let database = migrated_database().await;
    let testers = "INSERT INTO beta_testers (email, name, account_state, account_seen_at) VALUES \
         ('ada1@example.com', 'Ada', NULL, NULL), \
         ('ada2@example.com', 'Ada', 'healthy', now() - interval '61 seconds'), \
         ('ada3@example.com', 'Ada', 'healthy', now() - interval '1 second')";
    database.connect().await.batch_execute(testers).await.unwrap();
    let url = to_raptor.url();
    let app = TestApp::start_on(database, &[("RAPTOR_INTERNAL_URL", &url)]).await;
    eventually("the worker has asked", async || {
        let old = "beta_testers WHERE account_seen_at IS NULL \
                   OR account_seen_at < now() - interval '60 seconds'";
        (app.count(old).await == 0).then_some(())
    })
    .await;
    let states = app.rows("SELECT account_state AS state FROM beta_testers ORDER BY id").await;
    let expected = ["ghost_empty_shell", "ghost_no_users_row", "healthy"];
    assert_eq!(states, expected.map(|state| json!({"state": state})));
    let asked = to_raptor.seen_at(GHOST_CHECK_BATCH_PATH);
    let asked: Vec<_> = asked.iter().map(|call| call.json()["emails"].clone()).collect();
    assert_eq!(asked, [json!(["ada1@example.com", "ada2@example.com"])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_never_take_the_same_tester() {
    let database = migrated_database().await;
    let testers = "INSERT INTO beta_testers (email, name) \
                   SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 400) n";
    database.connect().await.batch_execute(testers).await.unwrap();
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    one.batch_execute("BEGIN").await.unwrap();
    let first = account_state::claim_stale(&mut one, 0, 7).await.unwrap();
    // The second neither waits for the first to commit nor takes what it has.
    let second = within("the second takes", account_state::claim_stale(&mut two, 0, 500)).await;
    one.batch_execute("COMMIT").await.unwrap();
    let (first, second) = (first.testers, second.unwrap().testers);
    let mut all: Vec<_> = first.into_iter().chain(second).map(|(id, _)| id).collect();
    assert_eq!(all.len(), 400);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 400);
    let left = account_state::claim_stale(&mut two, 0, 500).await.unwrap();
    assert!(left.testers.is_empty() && left.next.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_takes_the_urgent_first_and_goes_through_all_others_in_turn() {
    let database = migrated_database().await;
    // One in ten is a shell, and of the last ten nothing is known.
    let testers = "INSERT INTO beta_testers (email, name, account_state, account_seen_at) \
         SELECT 'ada' || n || '@example.com', 'Ada', \
             CASE WHEN n > 90 THEN NULL WHEN n % 10 = 0 THEN 'ghost_empty_shell' \
                  WHEN n % 2 = 0 THEN 'healthy' ELSE 'ghost_no_users_row' END, \
             CASE WHEN n <= 90 THEN now() - interval '2 minutes' END \
         FROM generate_series(1, 100) n";
    let mut connection = database.connect().await;
    connection.batch_execute(testers).await.unwrap();
    let (mut taken, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next {
        let claimed = account_state::claim_stale(&mut connection, after, 15).await.unwrap();
        taken.push(claimed.testers.iter().map(|(id, _)| id.0).collect::<Vec<_>>());
        next = claimed.next;
    }
    let first: Vec<_> = taken[..2].concat();
    let expected: Vec<i64> = (1..=9).map(|n| n * 10).chain(91..=100).collect();
    assert!(expected.iter().all(|id| first.contains(id)), "{taken:?}");
    let mut all: Vec<_> = taken.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_reset_the_lists_know_at_once_that_there_is_no_account() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester("ada@example.com").await;
    system.raptor.add_shell("ada@example.com", 8).await;
    operator.client.tester(tester).await;
    assert_eq!(seen(app).await["account_state"], "ghost_empty_shell");
    assert_eq!(operator.client.ghost_reset(tester).await.status, 200);
    let after = seen(app).await;
    assert_eq!(after["account_state"], "ghost_no_users_row");
    assert!(after["account_created_at"].is_null());
    assert_eq!(operator.client.get("/console").await.json()["ghosts"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_keeps_the_time_since_which_it_holds() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("readonly").await;
    let (tester, _) = app.add_tester("ada@example.com").await;
    operator.client.tester(tester).await;
    app.sql(
        "UPDATE beta_testers SET account_state_since = '2026-01-01T00:00:00Z', \
         account_seen_at = '2026-01-02T00:00:00Z'",
    )
    .await;
    operator.client.tester(tester).await;
    let unchanged = seen(app).await;
    assert_eq!(unchanged["account_state"], "ghost_no_users_row");
    assert!(unchanged["account_state_since"].as_str().unwrap().starts_with("2026-01-01"));
    assert!(!unchanged["account_seen_at"].as_str().unwrap().starts_with("2026-01-02"));

    system.raptor.add_shell("ada@example.com", 8).await;
    operator.client.tester(tester).await;
    let changed = seen(app).await;
    assert_eq!(changed["account_state"], "ghost_empty_shell");
    assert!(!changed["account_state_since"].as_str().unwrap().starts_with("2026-01-01"));
    assert!(!changed["account_created_at"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_and_details_can_bring_news_of_the_same_testers_at_once() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO beta_testers (email, name) \
         SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 30) n",
    )
    .await;
    let mut asking = tokio::task::JoinSet::new();
    for round in 0..12 {
        let client = operator.client.clone();
        let query = if round % 2 == 0 { "" } else { "?state=ghost_no_users_row" };
        asking.spawn(async move { client.testers(query).await });
    }
    while let Some(answer) = asking.join_next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["testers"].as_array().unwrap().len(), 30);
    }
    let seen = "beta_testers WHERE account_state = 'ghost_no_users_row'";
    assert_eq!(app.count(seen).await, 30);
}
