//! `/console/audit`: filtered, paged, as JSON, as a page and as CSV.

use serde_json::{Value, json};

use super::helpers::{Operator, TestApp};

/// Ten rows of three actors, a day apart, the newest yesterday at noon.
const ROWS: &str = "
    INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id, payload)
    SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            - (11 - n) * interval '1 day' + interval '12 hours',
        (ARRAY['ann', 'bob', 'cli'])[1 + n % 3], 'test.' || (ARRAY['odd', 'even'])[1 + n % 2],
        (ARRAY['thing', 'person'])[1 + n % 2], (n % 5)::text, jsonb_build_object('n', n)
    FROM generate_series(1, 10) AS n ORDER BY n";

/// An operator, and a log that holds [`ROWS`] and what their enrolment wrote before.
async fn reader(app: &TestApp) -> Operator {
    let operator = app.enrol("readonly").await;
    app.sql(ROWS).await;
    operator
}

/// `n` of the rows that a query gives.
async fn numbers(operator: &Operator, query: &str) -> Vec<i64> {
    let answer = operator.client.audit(query).await;
    assert_eq!(answer.status, 200, "{query} {answer:?}");
    let entries = answer.json()["entries"].as_array().unwrap().clone();
    entries.iter().filter_map(|entry| entry["payload"]["n"].as_i64()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_the_columns_newest_first() {
    let app = TestApp::start().await;
    let operator = reader(&app).await;
    let answer = operator.client.audit("?action=test.odd&actor=ann").await.json();
    assert_eq!(answer["next"], Value::Null);
    let entry = answer["entries"][0].as_object().unwrap();
    let mut names: Vec<_> = entry.keys().map(String::as_str).collect();
    names.sort_unstable();
    let columns = ["action", "actor", "id", "occurred_at", "payload", "target_id", "target_type"];
    assert_eq!(names, columns);
    assert!(entry["occurred_at"].as_str().unwrap().ends_with("T12:00:00Z"), "{entry:?}");
    assert_eq!(numbers(&operator, "").await, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_hold_together() {
    let app = TestApp::start().await;
    let operator = reader(&app).await;
    for (query, expected) in [
        ("?actor=bob", vec![10, 7, 4, 1]),
        ("?action=test.even", vec![9, 7, 5, 3, 1]),
        ("?target_type=person&target_id=2", vec![7]),
        ("?target_id=0", vec![10, 5]),
        ("?actor=bob&action=test.odd", vec![10, 4]),
        ("?actor=nobody", vec![]),
        ("?actor=&action=&from=&until=&limit=&cursor=&format=", (1..=10).rev().collect()),
    ] {
        assert_eq!(numbers(&operator, query).await, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_of_days_or_of_moments_holds_both_its_ends() {
    let app = TestApp::start().await;
    let operator = reader(&app).await;
    let at = async |n: i64| -> String {
        let query = format!(
            "SELECT to_char(occurred_at AT TIME ZONE 'UTC', \
             'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS at FROM audit_log WHERE payload->>'n' = '{n}'"
        );
        app.rows(&query).await[0]["at"].as_str().unwrap().to_owned()
    };
    let (third, sixth) = (at(3).await, at(6).await);
    let (third_day, sixth_day) = (&third[..10], &sixth[..10]);
    let rows = vec![6, 5, 4, 3];
    let days = format!("?from={third_day}&until={sixth_day}&action=");
    assert_eq!(numbers(&operator, &days).await, rows);
    let moments = format!("?from={third}&until={sixth}");
    assert_eq!(numbers(&operator, &moments).await, rows);
    let offset = format!("?from={}%2B00:00&until={}+00:00", &third[..19], &sixth[..19]);
    assert_eq!(numbers(&operator, &offset).await, rows);
    let later = format!("?from={}13:00:00Z", &third[..11]);
    assert!(!numbers(&operator, &later).await.contains(&3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_a_gap() {
    let app = TestApp::start().await;
    let operator = reader(&app).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("?limit=3&target_type=thing&cursor={cursor}");
        let answer = operator.client.audit(&query).await.json();
        let entries = answer["entries"].as_array().unwrap();
        assert!(entries.len() <= 3);
        seen.extend(entries.iter().map(|entry| entry["payload"]["n"].as_i64().unwrap()));
        match answer["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, [10, 8, 6, 4, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_entries_make_a_page_where_nobody_says() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO audit_log (actor, action, target_type, target_id) \
         SELECT 'cli', 'test', 'thing', n::text FROM generate_series(1, 250) AS n",
    )
    .await;
    let length = async |query: &str| {
        operator.client.audit(query).await.json()["entries"].as_array().unwrap().len()
    };
    assert_eq!(length("").await, 50);
    assert_eq!(length("?limit=200").await, 200);
    let exact = operator.client.audit("?limit=200&target_type=admin").await.json();
    assert_eq!(exact["next"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_refused() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for query in [
        "?limit=0",
        "?limit=201",
        "?limit=-1",
        "?limit=many",
        "?cursor=nonsense",
        "?cursor=-5",
        "?from=yesterday",
        "?until=2026-02-30",
        "?format=xml",
        "?actor=a&actor=b",
        "?actor=%00",
    ] {
        operator.client.audit(query).await.assert_error(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csv_holds_everything_that_the_filter_wants() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO audit_log (actor, action, target_type, target_id) \
         SELECT 'cli', 'test', 'thing', n::text FROM generate_series(1, 1201) AS n",
    )
    .await;
    let csv = operator.client.page("/console/audit?format=csv&action=test").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("cache-control"), "no-store");
    assert!(csv.header("content-disposition").contains("audit-log.csv"));
    let lines: Vec<_> = csv.text.split("\r\n").collect();
    assert_eq!(lines[0], "id,occurred_at,actor,action,target_type,target_id,payload");
    assert_eq!(lines.len(), 1201 + 2);
    assert!(lines[1].ends_with(",\"cli\",\"test\",\"thing\",\"1201\",\"{}\""), "{}", lines[1]);
    let few = operator.client.audit("?format=csv&action=test&limit=2").await;
    assert_eq!(few.text.split("\r\n").count(), 2 + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csv_holds_no_formula() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO audit_log (actor, action, target_type, target_id) \
         VALUES ('=HYPERLINK(\"http://x\")', '+1', '-1', '@SUM(A1)')",
    )
    .await;
    let csv = operator.client.audit("?format=csv&limit=1").await.text;
    let expected = "\"'=HYPERLINK(\"\"http://x\"\")\",\"'+1\",\"'-1\",\"'@SUM(A1)\"";
    assert!(csv.contains(expected), "{csv}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_who_did_what_in_words() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    admin.client.set_flag("beta_ghost_reset", true).await;
    let page = admin.client.page("/console/audit").await;
    page.assert_page(200, "<strong>superadmin@raxx.example</strong> switched <a");
    page.assert_page(200, "Somebody at the command line");
    page.assert_page(200, "<time datetime=");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_keeps_its_filter_while_one_turns_it() {
    let app = TestApp::start().await;
    let operator = reader(&app).await;
    let page = operator.client.page("/console/audit?target_type=thing&limit=2").await;
    page.assert_page(200, "value=\"thing\"");
    page.assert_page(200, "/console/audit?target_type=thing&#38;limit=2&#38;cursor=");
    page.assert_page(200, "/console/audit?target_type=thing&#38;format=csv");
    let nothing = operator.client.page("/console/audit?actor=nobody").await;
    nothing.assert_page(200, "Nothing matches this filter.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_log_holds_is_text_on_the_page() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let payload = json!({"email": "<script>alert(1)</script>"});
    app.sql(&format!(
        "INSERT INTO audit_log (actor, action, target_type, target_id, payload) \
         VALUES ('<b>', 'console.admin.revoked', '<i>', '\"><u>', '{payload}')"
    ))
    .await;
    let page = operator.client.page("/console/audit?actor=<b>").await;
    assert_eq!(page.status, 200);
    for markup in ["<script>alert", "<b>", "<i>", "<u>"] {
        assert!(!page.text.contains(markup), "{markup}");
    }
}
