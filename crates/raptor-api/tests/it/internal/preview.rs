//! `POST /api/internal/users/ghost-preview` (section 5 of the contracts).

use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use ghost_contracts::raptor::ChildAction;
use raptor_api::db::child::{CHILDREN, COUNT};
use serde_json::{Value, json};
use test_support::wait::eventually;

use crate::helpers::TestApp;

const PATH: &str = "/api/internal/users/ghost-preview";
const EMAIL: &str = "ada@example.com";

/// Section 9 of the contracts, in its order.
const TABLES: [(&str, &str); 15] = [
    ("webauthn_credentials", "delete"),
    ("customer_sessions", "delete"),
    ("email_verifications", "delete"),
    ("onboarding_state", "delete"),
    ("signup_reminders", "delete"),
    ("backtest_runs", "delete"),
    ("customer_notifications", "delete"),
    ("order_strategy_links", "delete"),
    ("customer_trading_mode_overrides", "delete"),
    ("customer_reminders", "delete"),
    ("support_pending_submissions", "delete"),
    ("backup_codes", "delete"),
    ("support_customer_map", "delete"),
    ("freescout_ticket_cache", "set_null"),
    ("lcc_roll_alerts", "set_null"),
];

async fn preview(app: &TestApp, email: &str) -> Value {
    let reply = app.client.ghost_preview(email).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Puts one row more into each table than into the one before, and leaves the account a ghost: it
/// has no passkey, and its sessions are over. What the preview says of them.
async fn fill(app: &TestApp, user_id: i64) -> Vec<Value> {
    let mut expected = Vec::new();
    for (place, (table, action)) in TABLES.into_iter().enumerate() {
        let column = CHILDREN.iter().find(|child| child.table == table).unwrap().column;
        let (columns, values) = match table {
            "customer_sessions" => (format!("{column}, revoked_at"), "now()"),
            _ => (format!("{column}, created_at"), "now()"),
        };
        let rows = place;
        if rows > 0 {
            app.sql(&format!(
                "INSERT INTO {table} ({columns}) \
             SELECT {user_id}, {values} FROM generate_series(1, {rows})"
            ))
            .await;
        }
        expected.push(json!({"table": table, "action": action, "rows": rows}));
    }
    expected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_row_every_table_is_named_with_nothing_in_it() {
    let app = TestApp::start().await;
    let answer = preview(&app, EMAIL).await;
    let children: Vec<_> = TABLES
        .iter()
        .map(|(table, action)| json!({"table": table, "action": action, "rows": 0}))
        .collect();
    let expected = json!({
        "state": "ghost_no_users_row", "user_id": null, "credential_count": 0,
        "active_session_count": 0, "created_at": null, "children": children,
        "plan": answer["plan"],
    });
    assert_eq!(answer, expected);
    assert_eq!(answer["plan"].as_str().unwrap().len(), 8 * (2 + 15));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_of_this_account_alone_are_counted_each_in_its_table() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.account(EMAIL, 60).await, app.account("bob@example.com", 60).await);
    let expected = fill(&app, ada).await;
    app.sql(&format!("INSERT INTO signup_reminders (user_id) VALUES ({bob}), ({bob})")).await;
    let answer = preview(&app, " ADA@example.com ").await;
    assert_eq!(answer["children"], json!(expected));
    let of_bob = preview(&app, "bob@example.com").await;
    let rows = |answer: &Value| -> i64 {
        let children = answer["children"].as_array().unwrap();
        children.iter().map(|child| child["rows"].as_i64().unwrap()).sum()
    };
    assert_eq!(rows(&of_bob), 2);
}

/// A table that somebody keeps to himself cannot be counted.
async fn hold_a_table(app: &TestApp) -> AsyncPgConnection {
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE lcc_roll_alerts").await.unwrap();
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_reset_would_change_nothing_nothing_is_counted() {
    let app = TestApp::start().await;
    let young = app.account("young@example.com", 1).await;
    let (healthy, _) = app.sign_up("healthy@example.com").await;
    app.sql(&format!("INSERT INTO backtest_runs (user_id) VALUES ({young}), ({healthy})")).await;
    let nothing = preview(&app, EMAIL).await["children"].clone();
    let _other = hold_a_table(&app).await;
    for (email, state) in
        [("young@example.com", "mid_enrollment"), ("healthy@example.com", "healthy")]
    {
        let answer = preview(&app, email).await;
        assert_eq!((&answer["state"], &answer["children"]), (&json!(state), &nothing));
    }
}

/// After 5 s the Console has given up; without a limit of its own it would hold on for 10 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_that_takes_long_is_given_up_before_the_console_does() {
    let app = TestApp::start().await;
    app.account(EMAIL, 60).await;
    let _other = hold_a_table(&app).await;
    let limit = Duration::from_millis(8000);
    let reply = tokio::time::timeout(limit, app.client.ghost_preview(EMAIL)).await;
    reply.expect("the answer comes late").assert_error(503, "service_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_and_its_evidence_are_those_of_a_check() {
    let app = TestApp::start().await;
    app.account("shell@example.com", 60).await;
    app.account("young@example.com", 1).await;
    app.sign_up("healthy@example.com").await;
    for email in ["shell@example.com", "young@example.com", "healthy@example.com", EMAIL] {
        let mut answer = preview(&app, email).await;
        let members = answer.as_object_mut().unwrap();
        assert!(members.remove("children").is_some() && members.remove("plan").is_some());
        assert_eq!(answer, app.client.ghost_check(email).await.json());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_writes_nothing_and_its_plan_holds_while_nothing_changes() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    let plan = preview(&app, EMAIL).await["plan"].clone();
    app.sql("UPDATE users SET created_at = created_at - interval '1 day'").await;
    assert_eq!(preview(&app, EMAIL).await["plan"], plan, "a time is in it");
    app.sql(&format!("INSERT INTO backup_codes (customer_id) VALUES ({id})")).await;
    assert_ne!(preview(&app, EMAIL).await["plan"], plan);
    for table in ["audit_log", "account_resets", "signup_attempts"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}

/// The preview has judged the state and waits to read the last table, when a passkey comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_and_the_rows_are_of_one_moment() {
    let app = TestApp::start().await;
    let id = app.account(EMAIL, 60).await;
    let mut other = hold_a_table(&app).await;
    let (answer, ()) = tokio::join!(preview(&app, EMAIL), async {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("the preview waits", || async { (app.number(waiting).await > 0).then_some(()) })
            .await;
        app.sql(&format!(
            "INSERT INTO webauthn_credentials (user_id, credential_id, passkey) \
             VALUES ({id}, '\\x01', '{{}}')"
        ))
        .await;
        other.batch_execute("COMMIT").await.unwrap();
    });
    assert_eq!(answer["state"], "ghost_empty_shell");
    assert_eq!(answer["children"][0]["rows"], 0);
    assert_eq!(preview(&app, EMAIL).await["state"], "healthy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_foreign_key_to_users_is_forgotten() {
    let app = TestApp::start().await;
    let keys = "
        SELECT child.relname AS child, a.attname AS column, k.confdeltype::text AS rule,
            array_length(k.conkey, 1) AS columns,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
                    AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL AND i.indisvalid) AS indexed
        FROM pg_constraint k
        JOIN pg_class child ON child.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid = 'users'::regclass
        ORDER BY child.relname COLLATE \"C\"";
    let mut listed: Vec<_> = CHILDREN.to_vec();
    listed.sort_by_key(|child| child.table);
    let expected: Vec<_> = listed
        .iter()
        .map(|child| {
            let rule = match child.action {
                ChildAction::Delete => "c",
                ChildAction::SetNull => "n",
            };
            let (child, column) = (child.table, child.column);
            json!({"child": child, "column": column, "rule": rule, "columns": 1, "indexed": true})
        })
        .collect();
    assert_eq!(app.rows(keys).await, expected);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_counted_by_its_index() {
    let app = TestApp::start().await;
    let mut connection = app.database.connect().await;
    // The tables are empty, so Postgres is told to avoid reading them whole where it can.
    let prepare = format!("SET enable_seqscan = off; PREPARE counting(bigint) AS {COUNT}");
    connection.batch_execute(&prepare).await.unwrap();
    let explain = "EXPLAIN (COSTS OFF) EXECUTE counting(1)";
    let lines: Vec<Line> = sql_query(explain).load(&mut connection).await.unwrap();
    let plan: Vec<String> = lines.into_iter().map(|line| line.line).collect();
    let plan = plan.join("\n");
    assert!(!plan.contains("Seq Scan"), "{plan}");
    for child in CHILDREN {
        let index = format!("{}_{}_idx", child.table, child.column);
        assert!(plan.contains(&index), "{index} is not used:\n{plan}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_an_invalid_request() {
    let app = TestApp::start().await;
    for body in [
        json!({}),
        json!({"email": "ada"}),
        json!({"email": 7}),
        json!({"email": EMAIL, "plan": "x"}),
    ] {
        app.client.internal(PATH, &body).await.assert_error(400, "invalid_request");
    }
}
