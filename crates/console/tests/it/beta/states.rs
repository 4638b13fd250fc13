//! What the Console remembers of the testers' accounts.

use serde_json::json;
use test_support::wait::eventually;

use crate::helpers::{System, TestApp};

async fn seen(app: &TestApp) -> serde_json::Value {
    let columns = "account_state, account_state_since, account_created_at, account_seen_at";
    app.rows(&format!("SELECT {columns} FROM beta_testers ORDER BY id")).await[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_asks_for_states_that_are_old_and_never_for_the_same_twice() {
    let first = System::start().await;
    let app = &first.console;
    // The worker has had its first round; the next comes when the service starts again.
    app.sql(
        "INSERT INTO beta_testers (email, name) \
         SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 3) n; \
         UPDATE beta_testers SET account_state = 'healthy', account_seen_at = now(), \
           account_state_since = now() WHERE email = 'ada3@example.com'",
    )
    .await;
    first.raptor.add_shell("ada1@example.com", 9).await;
    eventually("the worker has asked", async || {
        let seen = "beta_testers WHERE account_seen_at IS NOT NULL";
        (app.count(seen).await == 3).then_some(())
    })
    .await;
    let states = app.rows("SELECT account_state AS state FROM beta_testers ORDER BY id").await;
    let expected = ["ghost_empty_shell", "ghost_no_users_row", "healthy"];
    assert_eq!(states, expected.map(|state| json!({"state": state})));
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
