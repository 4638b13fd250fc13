//! The Overview.

use console::db::figures;
use diesel_async::SimpleAsyncConnection;
use ghost_contracts::raptor::GHOST_CHECK_BATCH_PATH;
use serde_json::{Value, json};
use test_support::proxy::Rule;
use test_support::wait::eventually;

use super::helpers::{Operator, System, TestApp, migrated_database, token_of_row};

/// A tester with a spent invitation, without Raptor.
fn spent(email: &str, state: &str, days_ago: i32) -> String {
    format!(
        "INSERT INTO beta_testers (email, name, account_state, account_state_since, \
                                   account_seen_at) \
         VALUES ('{email}', '{email}', '{state}', now(), now()); \
         INSERT INTO beta_walkthrough_tokens (tester_email, consumed_at) VALUES \
         ('{email}', date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' \
             - interval '{days_ago} days');"
    )
}

async fn overview(operator: &Operator) -> Value {
    let answer = operator.client.get("/console").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn members(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_funnel_counts_whoever_got_at_least_that_far() {
    let system = System::start().await;
    let app = &system.console;
    let operator = app.enrol("readonly").await;
    for name in ["invited", "opened", "spent", "shell", "signing-up", "healthy"] {
        let (_, token) = app.add_tester(&format!("{name}@example.com")).await;
        match name {
            "invited" => {}
            "opened" => drop(app.verify(&token_of_row(token)).await),
            _ => assert_eq!(app.consume(&token_of_row(token)).await.status, 200),
        }
    }
    system.raptor.add_shell("shell@example.com", 6).await;
    system.raptor.add_shell("signing-up@example.com", 1).await;
    system.raptor.add_healthy("healthy@example.com").await;
    operator.client.testers("").await;

    let body = overview(&operator).await;
    let expected = [
        "days",
        "funnel",
        "ghosts",
        "interrupted_resets",
        "latest",
        "raptor_available",
        "states",
        "undelivered_mails",
    ];
    assert_eq!(members(&body), expected);
    let stage = |stage: &str, testers: i64| json!({"stage": stage, "testers": testers});
    let funnel = [
        stage("invited", 6),
        stage("opened", 5),
        stage("nda_accepted", 4),
        stage("ceremony_begun", 3),
        stage("enrolled", 1),
    ];
    assert_eq!(body["funnel"], json!(funnel));
    assert_eq!((&body["ghosts"], &body["raptor_available"]), (&json!(2), &json!(true)));
    assert_eq!(members(&body["states"]), ["oldest_seen_at", "unseen"]);
    assert!(body["states"]["oldest_seen_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(body["states"]["unseen"], 0);
    let days = body["days"].as_array().unwrap();
    assert_eq!(days.len(), 14);
    assert_eq!((&days[13]["enrolled"], &days[13]["stuck"]), (&json!(1), &json!(2)));
    let latest = body["latest"].as_array().unwrap();
    assert!(latest.windows(2).all(|pair| pair[0]["id"].as_i64() > pair[1]["id"].as_i64()));
    assert_eq!(latest[0]["action"], "console.beta.walkthrough.consumed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_counts_what_became_of_the_invitations_spent_on_it() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for (email, state, days_ago) in [
        ("a@example.com", "healthy", 0),
        ("b@example.com", "ghost_empty_shell", 0),
        ("c@example.com", "mid_enrollment", 0),
        ("d@example.com", "healthy", 13),
        ("e@example.com", "ghost_no_users_row", 13),
        ("f@example.com", "healthy", 14),
        ("g@example.com", "healthy", 5),
    ] {
        app.sql(&spent(email, state, days_ago)).await;
    }
    // The first invitation came to nothing; the second, after a reset, led to the account.
    app.sql(
        "UPDATE beta_walkthrough_tokens SET revoked_at = now() WHERE tester_email = 'g@example.com';
         INSERT INTO beta_walkthrough_tokens (tester_email, consumed_at)
         VALUES ('g@example.com', now() - interval '1 second')",
    )
    .await;
    // Somebody of whom nothing is known is in neither number.
    app.sql(&spent("h@example.com", "healthy", 3)).await;
    app.sql("UPDATE beta_testers SET account_state = NULL WHERE email = 'h@example.com'").await;
    let body = overview(&operator).await;
    let days = body["days"].as_array().unwrap();
    let count = |ago: usize| {
        let day = &days[13 - ago];
        (day["enrolled"].as_i64().unwrap(), day["stuck"].as_i64().unwrap())
    };
    let total = |of: fn((i64, i64)) -> i64| (0..14).map(|ago| of(count(ago))).sum::<i64>();
    assert_eq!((count(13), count(5), count(3)), ((1, 1), (0, 1), (0, 0)));
    assert_eq!((total(|day| day.0), total(|day| day.1)), (3, 3));
    let today = app.rows("SELECT (now() AT TIME ZONE 'UTC')::date::text AS day").await;
    assert_eq!(days[13]["day"], today[0]["day"]);
    assert_eq!(body["states"]["unseen"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nobody_invited_nobody_needs_anyone() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let body = overview(&operator).await;
    for count in ["ghosts", "interrupted_resets", "undelivered_mails"] {
        assert_eq!(body[count], 0, "{count}");
    }
    assert_eq!(body["states"], json!({"oldest_seen_at": null, "unseen": 0}));
    assert_eq!(body["raptor_available"], true);
    let page = operator.client.page("/console").await;
    page.assert_page(200, "Nobody needs you.");
    assert!(!page.text.contains("Ghost reset"));
    // Nobody's account was asked about, only whether Raptor answers.
    let asked = system.to_raptor.seen_at(GHOST_CHECK_BATCH_PATH);
    let asked: Vec<_> = asked.iter().map(|call| call.json()["emails"].clone()).collect();
    assert_eq!(asked, [json!(["nobody@raxx.invalid"]), json!(["nobody@raxx.invalid"])]);
    // While Raptor is away, nobody can be so sure.
    system.to_raptor.always(GHOST_CHECK_BATCH_PATH, Rule::Cut);
    let page = operator.client.page("/console").await;
    page.assert_page(200, "Nobody needs you, as far as is known.");
    assert!(!page.text.contains("Nobody needs you.<"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_raptor_is_away_the_overview_comes_by_what_was_seen() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    let (tester, _) = system.console.add_tester("ada@example.com").await;
    system.raptor.add_shell("ada@example.com", 9).await;
    operator.client.tester(tester).await;
    system.to_raptor.always(GHOST_CHECK_BATCH_PATH, Rule::Cut);
    let body = overview(&operator).await;
    assert_eq!((&body["ghosts"], &body["raptor_available"]), (&json!(1), &json!(false)));
    operator.client.page("/console").await.assert_page(200, "Raptor is not reachable.");
    // It answers again, and says that the account is in use by now.
    system.to_raptor.always(GHOST_CHECK_BATCH_PATH, Rule::Pass);
    system.raptor.sql("INSERT INTO customer_sessions (user_id) SELECT id FROM users").await;
    let body = overview(&operator).await;
    assert_eq!((&body["ghosts"], &body["raptor_available"]), (&json!(0), &json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ghosts_stuck_longest_are_named_and_one_step_from_their_reset() {
    let app = TestApp::start().await;
    let operator = app.enrol("superadmin").await;
    app.sql(
        "INSERT INTO beta_testers (email, name, account_state, account_state_since, \
                                   account_seen_at) \
         SELECT 'ada' || n || '@example.com', 'Ghost number ' || n, \
             CASE WHEN n % 2 = 0 THEN 'ghost_empty_shell' ELSE 'ghost_no_users_row' END, \
             now() - n * interval '1 day' - interval '1 hour', now() \
         FROM generate_series(1, 7) n; \
         INSERT INTO beta_testers (email, name, account_state, account_state_since, \
                                   account_seen_at) \
         VALUES ('eve@example.com', 'Eve, invited long ago', 'ghost_no_users_row', \
                 now() - interval '9 days', now()); \
         INSERT INTO beta_walkthrough_tokens (tester_email) VALUES ('eve@example.com')",
    )
    .await;
    assert_eq!(overview(&operator).await["ghosts"], 7);
    let page = operator.client.page("/console").await;
    let named: Vec<usize> =
        (1..=7).rev().filter_map(|n| page.text.find(&format!(">Ghost number {n}<"))).collect();
    assert_eq!(named.len(), 5);
    assert!(named.is_sorted(), "{named:?}");
    for words in ["for 7 days", "All 7 ghosts", "/console/beta?state=ghost&amp;sort=stuck"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("Eve, invited") && !page.text.contains("ghost-reset"));
    app.switch_ghost_reset(true).await;
    let longest = app.number("SELECT id FROM beta_testers WHERE name = 'Ghost number 7'").await;
    let link = format!("/console/beta/testers/{longest}/ghost-reset");
    operator.client.page("/console").await.assert_page(200, &link);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_many_testers_the_pages_show_what_the_worker_counted_last() {
    let database = migrated_database().await;
    let testers = spent("ada@example.com", "ghost_empty_shell", 0);
    database.connect().await.batch_execute(&testers).await.unwrap();
    let app = TestApp::start_on(database, &[]).await;
    let operator = app.enrol("readonly").await;
    eventually("the worker has counted", async || {
        (app.count("beta_figures WHERE testers = 1").await == 1).then_some(())
    })
    .await;
    // From now on the worker takes them for fresh.
    app.sql(
        "UPDATE beta_figures SET counted_at = now() + interval '1 hour', \
         figures = jsonb_set(figures, '{counts,ghost}', '7777')",
    )
    .await;
    assert_eq!(overview(&operator).await["ghosts"], 1);
    app.sql("UPDATE beta_figures SET testers = 5001").await;
    assert_eq!(overview(&operator).await["ghosts"], 7777);
    operator.client.page("/console").await.assert_page(200, "7,777");
    operator.client.page("/console/beta").await.assert_page(200, "7,777");
    // What another version wrote is passed over.
    app.sql("UPDATE beta_figures SET figures = '{\"ghosts\": 1}'").await;
    assert_eq!(overview(&operator).await["ghosts"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_kept_as_they_were_counted() {
    let database = migrated_database().await;
    let mut connection = database.connect().await;
    connection.batch_execute(&spent("ada@example.com", "healthy", 1)).await.unwrap();
    let counted = figures::count(&mut connection).await.unwrap();
    assert_eq!((counted.counts.healthy, counted.funnel.enrolled, counted.days.len()), (1, 1, 14));
    for _ in 0..2 {
        figures::keep(&mut connection, &counted).await.unwrap();
    }
    assert!(figures::are_fresh(&mut connection).await.unwrap());
    let kept = figures::kept(&mut connection, 0).await.unwrap().unwrap();
    assert_eq!(kept.figures, counted);
    assert!(figures::kept(&mut connection, 1).await.unwrap().is_none());
}
