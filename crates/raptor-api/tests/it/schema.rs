//! The migrations, and what they make.

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;
use raptor_api::MIGRATIONS;
use serde_json::json;
use test_support::postgres::TestDatabase;

use crate::helpers::{TestApp, migrated_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schema_rs_is_what_the_migrations_make() {
    let database = migrated_database().await;
    let made = test_support::schema_file::render(&mut database.connect().await).await.unwrap();
    let file = include_str!("../../src/schema.rs");
    assert_eq!(file, made, "run `cargo xtask schema`");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn down_undoes_everything_and_up_makes_the_same_again() {
    let database = TestDatabase::create_empty().await;
    let empty = catalogue(&mut database.connect().await).await;
    let first = after(&database, |harness| {
        harness.run_pending_migrations(MIGRATIONS).unwrap();
    })
    .await;
    let down = after(&database, |harness| {
        harness.revert_all_migrations(MIGRATIONS).unwrap();
    })
    .await;
    assert_eq!(down, empty);
    let second = after(&database, |harness| {
        harness.run_pending_migrations(MIGRATIONS).unwrap();
    })
    .await;
    assert!(first.len() > 200, "the catalogue is hardly read: {first:#?}");
    assert_eq!(first, second);
}

async fn after(
    database: &TestDatabase,
    migrate: impl FnOnce(&mut AsyncMigrationHarness<AsyncPgConnection>),
) -> Vec<String> {
    let mut harness = AsyncMigrationHarness::new(database.connect().await);
    migrate(&mut harness);
    catalogue(&mut database.connect().await).await
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that a schema holds, a line each: columns, constraints, indexes, triggers,
/// functions, comments. diesel's own table of migrations is left out.
async fn catalogue(connection: &mut AsyncPgConnection) -> Vec<String> {
    let everything = "
        WITH tables AS (
            SELECT oid, relname, relpersistence FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
              AND relname NOT LIKE '\\_\\_diesel%')
        SELECT 'table ' || relname || ' ' || relpersistence::text AS line FROM tables
        UNION ALL SELECT 'column ' || t.relname || ' ' || a.attnum || ' ' || a.attname || ' '
            || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || a.attidentity::text
            || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
            FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
            LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
        UNION ALL SELECT 'constraint ' || t.relname || ' ' || c.conname || ' '
            || pg_get_constraintdef(c.oid) FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid
        UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid)
            FROM tables t JOIN pg_index i ON i.indrelid = t.oid
        UNION ALL SELECT 'trigger ' || tg.tgenabled::text || ' ' || pg_get_triggerdef(tg.oid)
            FROM tables t JOIN pg_trigger tg ON tg.tgrelid = t.oid WHERE NOT tg.tgisinternal
        UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'diesel%'
        UNION ALL SELECT 'type ' || typname FROM pg_type
            WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%\\_\\_diesel%'
        UNION ALL SELECT 'comment ' || t.relname || ' ' || d.objsubid || ' ' || d.description
            FROM tables t JOIN pg_description d ON d.objoid = t.oid
        ORDER BY line";
    let lines: Vec<Line> = sql_query(everything).load(connection).await.unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_foreign_key_to_users_has_an_index_and_its_delete_rule() {
    let app = TestApp::start().await;
    let keys = "
        SELECT child.relname AS child, a.attname AS column,
            CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' END AS rule,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
                    AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL) AS indexed
        FROM pg_constraint k
        JOIN pg_class child ON child.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid = 'users'::regclass
        ORDER BY child.relname";
    let found = app.rows(keys).await;
    let expected: Vec<_> = CHILDREN
        .iter()
        .map(|(child, column, rule)| {
            json!({"child": child, "column": column, "rule": rule, "indexed": true})
        })
        .collect();
    assert_eq!(found, expected);
}

/// Section 9 of the contracts, in the order of the names.
const CHILDREN: [(&str, &str, &str); 15] = [
    ("backtest_runs", "user_id", "CASCADE"),
    ("backup_codes", "customer_id", "CASCADE"),
    ("customer_notifications", "user_id", "CASCADE"),
    ("customer_reminders", "user_id", "CASCADE"),
    ("customer_sessions", "user_id", "CASCADE"),
    ("customer_trading_mode_overrides", "user_id", "CASCADE"),
    ("email_verifications", "user_id", "CASCADE"),
    ("freescout_ticket_cache", "customer_id", "SET NULL"),
    ("lcc_roll_alerts", "user_id", "SET NULL"),
    ("onboarding_state", "user_id", "CASCADE"),
    ("order_strategy_links", "user_id", "CASCADE"),
    ("signup_reminders", "user_id", "CASCADE"),
    ("support_customer_map", "raxx_user_id", "CASCADE"),
    ("support_pending_submissions", "customer_id", "CASCADE"),
    ("webauthn_credentials", "user_id", "CASCADE"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_can_only_grow() {
    let app = TestApp::start().await;
    app.client.ghost_delete("ada@example.com").await;
    let mut connection = app.database.connect().await;
    for change in
        ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
    {
        let refused = connection.batch_execute(change).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    assert_eq!(app.count("audit_log").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_holds_addresses_in_their_normal_form_alone() {
    let database = migrated_database().await;
    let mut connection = database.connect().await;
    let long = format!("{}@example.com", "a".repeat(250));
    for bad in ["Ada@example.com", " ada@example.com", "ada", "ädä@example.com", long.as_str()] {
        let insert = format!("INSERT INTO users (email) VALUES ('{bad}')");
        assert!(connection.batch_execute(&insert).await.is_err(), "{bad}");
    }
    connection.batch_execute("INSERT INTO users (email) VALUES ('ada@example.com')").await.unwrap();
}
