//! The audit log's seals: made by the running service, verified by the command.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use test_support::postgres::TestDatabase;
use test_support::wait::{eventually, within};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::helpers::binary::{Ended, run, start};
use crate::helpers::{TestApp, migrated_database, variables};

const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// Waits until nothing waits for a seal.
pub async fn everything_sealed(database: &TestDatabase) {
    eventually("everything is sealed", || async {
        let waiting = database.count("audit_unsealed").await;
        (waiting == 0 && database.count("audit_seals").await > 0).then_some(())
    })
    .await;
}

/// Runs `console audit …`.
pub async fn audit(database: &TestDatabase, arguments: &[&str]) -> Ended {
    let arguments: Vec<&str> = ["audit"].iter().chain(arguments).copied().collect();
    let given =
        BTreeMap::from([("DATABASE_URL", database.url()), ("AUDIT_SIGNING_KEY", SEED.to_owned())]);
    run(&arguments, &given).await
}

/// Runs statements as somebody whom no trigger stops.
pub async fn tamper(database: &TestDatabase, statements: &str) {
    let off = |table| format!("ALTER TABLE {table} DISABLE TRIGGER ALL;");
    let tables = ["audit_log", "audit_seals", "audit_sealed_rows", "audit_checkpoints"];
    let off: String = tables.into_iter().map(off).collect();
    database.sql(&format!("{off} {statements}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_service_seals_its_log_and_the_command_verifies_it() {
    let app = TestApp::start().await;
    app.enrol("superadmin").await;
    everything_sealed(&app.database).await;
    let rows = app.count("audit_log").await;
    let intact = audit(&app.database, &["verify"]).await;
    assert_eq!((intact.status, intact.stderr.as_str()), (0, ""), "{}", intact.stdout);
    let expected = format!("audit log intact: {rows} row");
    assert!(intact.stdout.starts_with(&expected), "{}", intact.stdout);
    tamper(&app.database, "DELETE FROM audit_log WHERE id = 1").await;
    let removed = audit(&app.database, &["verify"]).await;
    assert_eq!((removed.status, removed.stderr.as_str()), (1, ""));
    assert!(removed.stdout.contains("first at row 1: "), "{}", removed.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_the_program_finds_a_cut_at_the_end() {
    let database = migrated_database().await;
    let mut all = variables(&database.url());
    all.insert("AUDIT_SIGNING_KEY", SEED.to_owned());
    let insert = "INSERT INTO audit_log (actor, action, target_type, target_id) \
                  VALUES ('cli', 'console.flag.changed', 'flag', 'x')";
    database.sql(insert).await;
    let mut program = start(&["serve"], &all);
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut log = String::new();
    let line = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            log += &format!("2026-06-12T10:00:00Z app[web.1]: {line}\n");
            if line.contains("audit checkpoint") {
                return line;
            }
        }
        panic!("the service ended: {log}");
    };
    let line: Value = serde_json::from_str(&within("a checkpoint leaves", line).await).unwrap();
    assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!("audit checkpoint")));
    let checkpoint: Value = serde_json::from_str(line["checkpoint"].as_str().unwrap()).unwrap();
    assert_eq!((&checkpoint["service"], &checkpoint["rows"]), (&json!("console"), &json!(1)));
    program.kill().await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log").to_str().unwrap().to_owned();
    std::fs::write(&file, &log).unwrap();
    let verify = ["verify", "--checkpoints", &file];
    assert_eq!(audit(&database, &verify).await.status, 0);
    tamper(
        &database,
        "DELETE FROM audit_log; DELETE FROM audit_seals; DELETE FROM audit_sealed_rows; \
         DELETE FROM audit_checkpoints",
    )
    .await;
    assert_eq!(audit(&database, &["verify"]).await.status, 0);
    std::fs::write(&file, "nothing").unwrap();
    let compared_with_nothing = audit(&database, &verify).await;
    assert_eq!(compared_with_nothing.status, 3, "{compared_with_nothing:?}");
    std::fs::write(&file, log).unwrap();
    let cut = audit(&database, &verify).await;
    assert!(cut.status == 1 && cut.stdout.contains("was cut off at the end"), "{cut:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_cannot_be_read_is_not_said_to_be_tampered_with() {
    let database = TestDatabase::create_empty().await;
    let unread = audit(&database, &["verify"]).await;
    assert_eq!((unread.status, unread.stdout.as_str()), (3, ""), "{}", unread.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_write_a_row_has_it_noted_whatever_their_search_path_and_rights() {
    let database = migrated_database().await;
    let role = format!("{}_writer", database.name());
    database
        .sql(&format!(
            "BEGIN; CREATE ROLE {role}; GRANT INSERT ON audit_log TO {role}; \
             CREATE TEMPORARY TABLE audit_unsealed (row_id bigint PRIMARY KEY, occurred_at timestamptz); \
             SET LOCAL ROLE {role}; SET LOCAL search_path = pg_catalog; \
             INSERT INTO public.audit_log (actor, action, target_type, target_id) \
             VALUES ('cli', 'a', 'b', 'c'); \
             RESET ROLE; DO $$ BEGIN ASSERT (SELECT count(*) FROM public.audit_unsealed) = 1; END $$; \
             ROLLBACK"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_it_starts_and_says_what_that_means() {
    let database = migrated_database().await;
    let mut program = start(&["serve"], &variables(&database.url()));
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let listening = async {
        let mut before = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("\"listening\"") {
                return before;
            }
            before.push(line);
        }
        panic!("the service ended");
    };
    let before = within("it listens", listening).await;
    let said = before.iter().filter(|line| line.contains("AUDIT_SIGNING_KEY is not set"));
    assert_eq!(said.count(), 1, "{before:?}");
    let given = BTreeMap::from([("AUDIT_SIGNING_KEY", SEED.to_owned())]);
    let public = run(&["audit", "public-key"], &given).await;
    assert_eq!(public.stdout, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\n");
}
