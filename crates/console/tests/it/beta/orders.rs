//! The orders of the list of testers, and walking through its pages.

use std::collections::HashSet;

use serde_json::Value;

use crate::helpers::{Operator, TestApp};

/// Sixty testers in every state and some of whom nothing is known, with names that repeat.
const SIXTY: &str = "
    INSERT INTO beta_testers (email, name, account_state, account_state_since, account_seen_at)
    SELECT 'old' || n || '@example.com', (ARRAY['Bob', 'ada', 'Änne', 'Zoë'])[1 + n % 4],
        (ARRAY['healthy', 'ghost_empty_shell', 'ghost_no_users_row', NULL])[1 + n % 5 % 4],
        CASE WHEN n % 5 <> 3 THEN now() - (n * 37 % 11) * interval '1 hour' END,
        CASE WHEN n % 5 <> 3 THEN now() END
    FROM generate_series(1, 60) n";

/// Walks through all pages and has somebody new come in before each; the addresses in order.
async fn walk(app: &TestApp, operator: &Operator, query: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for round in 0.. {
        let page = operator.client.testers(&format!("?limit=7{query}&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        let testers = body["testers"].as_array().unwrap();
        found.extend(testers.iter().map(|t| t["email"].as_str().unwrap().to_owned()));
        let names = ["Aaron", "Mia", "zz"];
        app.sql(&format!(
            "INSERT INTO beta_testers (email, name) \
             VALUES (gen_random_uuid() || '@example.com', '{}')",
            names[round % names.len()]
        ))
        .await;
        match body["next"].as_str() {
            Some(next) if round < 60 => cursor = next.to_owned(),
            Some(_) => panic!("the walk does not end"),
            None => break,
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_order_goes_through_everybody_once_while_others_come_in() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(SIXTY).await;
    for sort in ["newest", "name", "stuck"] {
        for (filter, condition) in [
            ("", "true"),
            ("&state=healthy", "account_state = 'healthy'"),
            ("&state=ghost", "account_state IN ('ghost_empty_shell', 'ghost_no_users_row')"),
            ("&q=OLD1", "email LIKE 'old1%'"),
        ] {
            let found = walk(&app, &operator, &format!("&sort={sort}{filter}")).await;
            let once: HashSet<&String> = found.iter().collect();
            assert_eq!(once.len(), found.len(), "{sort}{filter}: {found:?}");
            let rows = app
                .rows(&format!(
                    "SELECT email FROM beta_testers WHERE email LIKE 'old%' AND {condition}"
                ))
                .await;
            assert!(rows.len() > 5);
            for row in rows {
                let email = row["email"].as_str().unwrap().to_owned();
                assert!(once.contains(&email), "{sort}{filter}: {email} is missing");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_orders_are_by_id_by_name_and_by_how_long_a_state_has_held() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO beta_testers \
           (email, name, account_state, account_state_since, account_seen_at) VALUES \
         ('a@example.com', 'bob', 'healthy', '2026-01-02', '2026-01-03'), \
         ('b@example.com', 'Carl', NULL, NULL, NULL), \
         ('c@example.com', 'Ada', 'ghost_empty_shell', '2026-01-01', '2026-01-03'), \
         ('d@example.com', 'Bob', 'healthy', '2026-01-02', '2026-01-03')",
    )
    .await;
    for (sort, expected) in [("", "dcba"), ("newest", "dcba"), ("name", "cadb"), ("stuck", "cadb")]
    {
        let body = operator.client.testers(&format!("?sort={sort}")).await.json();
        let testers: &Vec<Value> = body["testers"].as_array().unwrap();
        let order: String = testers.iter().map(|t| &t["email"].as_str().unwrap()[..1]).collect();
        assert_eq!(order, expected, "{sort}");
    }
    let page = operator.client.page("/console/beta?sort=stuck&limit=2").await;
    page.assert_page(200, "Longest in their state first.");
    let next = page.text.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap();
    for part in ["sort=stuck", "limit=2", "cursor=stuck.1.17673"] {
        assert!(next.contains(part), "{part}: {next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_order_and_a_cursor_of_another_one_are_refused() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(SIXTY).await;
    operator.client.testers("?sort=age").await.assert_error(400, "invalid_request");
    for sort in ["newest", "name", "stuck"] {
        let next = operator.client.testers(&format!("?sort={sort}&limit=5")).await.json();
        let next = next["next"].as_str().unwrap().to_owned();
        for other in ["newest", "name", "stuck"] {
            let page = operator.client.testers(&format!("?sort={other}&cursor={next}")).await;
            if other == sort {
                assert_eq!(page.status, 200);
            } else {
                page.assert_error(400, "invalid_request");
                assert!(page.text.contains("Start from the first page"), "{}", page.text);
            }
        }
    }
    // The first order's cursors are ids, as they always were.
    assert_eq!(operator.client.testers("?cursor=30").await.json()["testers"][0]["tester_id"], 29);
}
