//! `POST /api/internal/signup-timeline` (section 5 of the contracts).

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};

use crate::helpers::TestApp;

const PATH: &str = "/api/internal/signup-timeline";
const EMAIL: &str = "ada@example.com";

async fn attempts(app: &TestApp, email: &str) -> Vec<Value> {
    let reply = app.client.signup_timeline(email).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json().as_object().unwrap().len(), 1);
    reply.json()["attempts"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_somebody_who_never_began_nothing_is_known() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    assert_eq!(attempts(&app, EMAIL).await, [] as [Value; 0]);
}

/// The times lie ahead: what is older than 90 days the service would sweep.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_end_of_a_ceremony_is_told_with_its_time() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO signup_attempts (email, nonce_sha256, begun_at, browser, platform, \
           completed_at, failed_at, failure, reported_at, client_error, elapsed_ms) VALUES \
           ('ada@example.com', sha256(''), '2100-06-12T10:00:00Z', 'safari', 'ios', \
             NULL, NULL, NULL, '2100-06-12T10:00:58.5Z', 'NotAllowedError', 58012), \
           ('ada@example.com', sha256(''), '2100-06-12T10:02:00Z', 'chrome', 'macos', \
             NULL, '2100-06-12T10:02:09Z', 'passkey_verification_failed', NULL, NULL, NULL), \
           ('ada@example.com', sha256(''), '2100-06-12T10:01:00Z', 'other', 'other', \
             NULL, NULL, NULL, NULL, NULL, NULL), \
           ('ada@example.com', sha256(''), '2100-06-12T10:03:00Z', 'in_app', 'ipados', \
             '2100-06-12T10:03:04Z', NULL, NULL, NULL, NULL, NULL), \
           ('bob@example.com', sha256(''), '2100-06-12T10:04:00Z', 'edge', 'windows', \
             NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    .await;
    let expected = [
        json!({
            "begun_at": "2100-06-12T10:03:00Z", "browser": "in_app", "platform": "ipados",
            "completed_at": "2100-06-12T10:03:04Z", "failed": null, "reported": null,
        }),
        json!({
            "begun_at": "2100-06-12T10:02:00Z", "browser": "chrome", "platform": "macos",
            "completed_at": null, "reported": null,
            "failed": {"at": "2100-06-12T10:02:09Z", "reason": "passkey_verification_failed"},
        }),
        json!({
            "begun_at": "2100-06-12T10:01:00Z", "browser": "other", "platform": "other",
            "completed_at": null, "failed": null, "reported": null,
        }),
        json!({
            "begun_at": "2100-06-12T10:00:00Z", "browser": "safari", "platform": "ios",
            "completed_at": null, "failed": null, "reported": {
                "at": "2100-06-12T10:00:58.500Z", "error": "NotAllowedError", "elapsed_ms": 58012,
            },
        }),
    ];
    assert_eq!(attempts(&app, " ADA@example.com").await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_twenty_are_told_the_newest_first() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO signup_attempts (email, nonce_sha256, begun_at) \
         SELECT 'ada@example.com', sha256(''), '2100-06-12T10:00:00Z'::timestamptz \
           + n * interval '1 second' FROM generate_series(1, 25) AS n",
    )
    .await;
    let told = attempts(&app, EMAIL).await;
    let seconds: Vec<&str> =
        told.iter().map(|a| &a["begun_at"].as_str().unwrap()[17..19]).collect();
    let expected: Vec<String> = (6..=25).rev().map(|second| format!("{second:02}")).collect();
    assert_eq!(seconds, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_leaves_the_timeline_as_it_is() {
    let app = TestApp::start().await;
    app.begun(&app.mint(EMAIL).await).await;
    app.sql("UPDATE users SET created_at = now() - interval '1 hour'").await;
    let before = attempts(&app, EMAIL).await;
    assert_eq!(before.len(), 1);
    assert_eq!(app.client.ghost_delete(EMAIL).await.status, 204);
    assert_eq!(attempts(&app, EMAIL).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_an_invalid_request() {
    let app = TestApp::start().await;
    for body in [json!({}), json!({"email": "ada"}), json!({"email": EMAIL, "limit": 1})] {
        app.client.internal(PATH, &body).await.assert_error(400, "invalid_request");
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_of_one_address_are_found_by_the_index() {
    let app = TestApp::start().await;
    let mut connection = app.database.connect().await;
    connection
        .batch_execute(
            "INSERT INTO signup_attempts (email, nonce_sha256) \
             SELECT 'user-' || n % 5000 || '@example.com', sha256('') \
             FROM generate_series(1, 50000) AS n; ANALYZE signup_attempts",
        )
        .await
        .unwrap();
    let explain = "EXPLAIN (COSTS OFF) SELECT begun_at FROM signup_attempts \
                   WHERE email = 'user-7@example.com' ORDER BY begun_at DESC, id DESC LIMIT 20";
    let lines: Vec<Line> = sql_query(explain).load(&mut connection).await.unwrap();
    let plan: Vec<String> = lines.into_iter().map(|line| line.line).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("signup_attempts_email_idx"), "{plan}");
    assert!(!plan.contains("Seq Scan"), "{plan}");
}
