//! What the Console remembers of the testers' accounts.

use console::db::account_state;
use diesel_async::SimpleAsyncConnection;
use ghost_contracts::raptor::GHOST_CHECK_BATCH_PATH;
use serde_json::json;
use test_support::Answer;
use test_support::proxy::{HttpProxy, Rule};
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
    let first = account_state::claim_stale(&mut one, Some(0), 7).await.unwrap();
    // The second neither waits for the first to commit nor takes what it has.
    let second =
        within("the second takes", account_state::claim_stale(&mut two, Some(0), 500)).await;
    one.batch_execute("COMMIT").await.unwrap();
    let (first, second) = (first.testers, second.unwrap().testers);
    let mut all: Vec<_> = first.into_iter().chain(second).map(|(id, _)| id).collect();
    assert_eq!(all.len(), 400);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 400);
    let left = account_state::claim_stale(&mut two, Some(0), 500).await.unwrap();
    assert!(left.testers.is_empty() && !left.is_full && left.after.is_none());
}

/// Everybody whose state is old, batch by batch: how many urgent and how many others each held.
async fn walk(
    connection: &mut service_kit::db::Connection,
    limit: i64,
    is_urgent: impl Fn(i64) -> bool,
) -> (Vec<(usize, usize)>, Vec<i64>) {
    let (mut batches, mut all, mut after) = (Vec::new(), Vec::new(), Some(0));
    loop {
        let claimed = account_state::claim_stale(connection, after, limit).await.unwrap();
        let ids: Vec<i64> = claimed.testers.iter().map(|(id, _)| id.0).collect();
        let urgent = ids.iter().filter(|id| is_urgent(**id)).count();
        batches.push((urgent, ids.len() - urgent));
        all.extend(ids);
        after = claimed.after;
        if !claimed.is_full {
            break;
        }
    }
    assert_eq!(after, None);
    all.sort_unstable();
    (batches, all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_urgent_and_the_others_share_each_batch() {
    // Of the last so many nothing is known; the others were seen two minutes ago.
    for (urgent, others, expected) in [
        (40, 12, [(5, 5), (5, 5), (8, 2), (10, 0), (10, 0), (2, 0)].as_slice()),
        (3, 30, &[(3, 7), (0, 10), (0, 10), (0, 3)]),
        (0, 4, &[(0, 4)]),
        (20, 0, &[(10, 0), (10, 0), (0, 0)]),
    ] {
        let database = migrated_database().await;
        let testers = format!(
            "INSERT INTO beta_testers (email, name, account_state, account_seen_at) \
             SELECT 'ada' || n || '@example.com', 'Ada', \
                 CASE WHEN n <= {others} THEN 'healthy' END, \
                 CASE WHEN n <= {others} THEN now() - interval '2 minutes' END \
             FROM generate_series(1, {urgent} + {others}) n"
        );
        let mut connection = database.connect().await;
        connection.batch_execute(&testers).await.unwrap();
        let (batches, all) = walk(&mut connection, 10, |id| id > others).await;
        assert_eq!(batches, expected, "{urgent} urgent, {others} others");
        assert_eq!(all, (1..=urgent + others).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_urgent_those_come_first_whom_nobody_asked_about_for_longest() {
    let database = migrated_database().await;
    let testers = "INSERT INTO beta_testers \
             (email, name, account_state, account_seen_at, refresh_claimed_at) VALUES \
         ('ada1@example.com', 'Seen', 'mid_enrollment', now() - interval '3 minutes', NULL), \
         ('ada2@example.com', 'Refused', NULL, NULL, now() - interval '2 minutes'), \
         ('ada3@example.com', 'Shell', 'ghost_empty_shell', now() - interval '4 minutes', NULL), \
         ('ada4@example.com', 'New', NULL, NULL, NULL)";
    let mut connection = database.connect().await;
    connection.batch_execute(testers).await.unwrap();
    for expected in [[4], [3], [1], [2]] {
        let claimed = account_state::claim_stale(&mut connection, None, 1).await.unwrap();
        let ids: Vec<i64> = claimed.testers.iter().map(|(id, _)| id.0).collect();
        assert_eq!(ids, expected);
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_batch_does_not_stop_the_others() {
    let to_raptor = HttpProxy::start("http://127.0.0.1:1");
    let refusal = Answer::json(400, &json!({"error": "invalid_request", "message": "No."}));
    to_raptor.once(GHOST_CHECK_BATCH_PATH, Rule::Answer(refusal));
    let raptor = TestRaptor::start("http://127.0.0.1:1").await;
    to_raptor.set_target(raptor.url.as_str());
    let database = migrated_database().await;
    let testers = "INSERT INTO beta_testers (email, name) \
                   SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 600) n";
    database.connect().await.batch_execute(testers).await.unwrap();
    let url = to_raptor.url();
    let app = TestApp::start_on(database, &[("RAPTOR_INTERNAL_URL", &url)]).await;
    eventually("the next batch was asked about", async || {
        (app.count("beta_testers WHERE account_seen_at IS NOT NULL").await == 100).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_wait_for_nobody() {
    let to_raptor = HttpProxy::start("http://127.0.0.1:1");
    let mut held = to_raptor.hold_request(GHOST_CHECK_BATCH_PATH);
    let database = migrated_database().await;
    let tester = "INSERT INTO beta_testers (email, name) VALUES ('ada@example.com', 'Ada')";
    database.connect().await.batch_execute(tester).await.unwrap();
    let url = to_raptor.url();
    let app = TestApp::start_on(database, &[("RAPTOR_INTERNAL_URL", &url)]).await;
    held.arrived().await;
    eventually("the figures are there", async || {
        (app.count("beta_figures").await == 1).then_some(())
    })
    .await;
    // Raptor is given 5 s, and that long it was kept from answering.
    let soon = "beta_figures, beta_testers \
                WHERE counted_at < refresh_claimed_at + interval '4 seconds'";
    assert_eq!(app.count(soon).await, 1);
    held.cut();
}
