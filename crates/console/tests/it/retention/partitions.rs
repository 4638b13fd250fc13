//! The audit log's partitions: a row is in its month's, and is evidence there too.

use super::super::helpers::TestApp;
use super::{Archive, month, rows_of};

/// In which partition rows are, by id.
async fn homes(archive: &Archive) -> Vec<String> {
    let query = "SELECT tableoid::regclass::text AS home FROM audit_log ORDER BY id";
    let rows = archive.database.rows(query).await;
    rows.iter().map(|row| row["home"].as_str().unwrap().to_owned()).collect()
}

async fn partition(archive: &Archive, ago: u32) -> String {
    format!("audit_log_{}", archive.name(ago).await.replace('-', "_"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_any_time_finds_a_place() {
    let archive = Archive::open().await;
    let default = "audit_log_default".to_owned();
    archive.sql(&rows_of(0)).await;
    archive.sql(&rows_of(25)).await;
    let odd = "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
               SELECT at, 'cli', 'a', 'b', 'c' \
               FROM unnest('{-infinity,infinity,2999-01-01}'::timestamptz[]) AS at";
    archive.sql(odd).await;
    let this_month = partition(&archive, 0).await;
    let expected = [vec![this_month; 3], vec![default; 6]].concat();
    assert_eq!(homes(&archive).await, expected);
    assert_eq!(archive.database.count("audit_unsealed").await, 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_are_there_for_three_months_ahead_and_are_made_anew() {
    let archive = Archive::open().await;
    let ahead = format!(
        "pg_class WHERE relispartition AND relkind = 'r' AND relname IN ( \
             SELECT 'audit_log_' || to_char({} + n * interval '1 month', 'YYYY_MM') \
             FROM generate_series(0, 3) AS n)",
        month(0)
    );
    assert_eq!(archive.database.count(&ahead).await, 4);
    let next = format!("({} + interval '1 month')::date", month(0));
    let drop = format!(
        "DO $$ BEGIN EXECUTE 'DROP TABLE audit_log_' || to_char({next}, 'YYYY_MM'); END $$"
    );
    archive.sql(&drop).await;
    // A row that comes before its partition is moved there, and nothing is noted twice.
    let row = format!(
        "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
         SELECT at AT TIME ZONE 'UTC', 'cli', 'a', 'b', 'c' FROM unnest(ARRAY[{next}::timestamp, \
             {next} - interval '1 microsecond', {next} + interval '1 month']) AS at"
    );
    archive.sql(&row).await;
    let migrated = archive.command(&["migrate"], None).await;
    assert_eq!(migrated.status, 0, "{migrated:?}");
    assert_eq!(archive.database.count(&ahead).await, 4);
    assert_eq!(archive.database.count("audit_log_default").await, 0);
    assert_eq!(archive.database.count("audit_log").await, 3);
    archive.seal().await;
    assert_eq!(archive.verify().await.status, 0);
    let added = archive.database.number("SELECT ensure_audit_partitions()").await;
    assert_eq!(added, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_is_append_only_by_its_own_name_too() {
    let archive = Archive::open().await;
    archive.sql(&rows_of(0)).await;
    let added = format!("SELECT add_audit_partition({})::int", month(25));
    assert_eq!(archive.database.number(&added).await, 1);
    let names = [partition(&archive, 0).await, partition(&archive, 25).await];
    for name in names.iter().map(String::as_str).chain(["audit_log_default", "audit_log"]) {
        for change in
            ["UPDATE {} SET actor = 'nobody'", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE ONLY {}"]
        {
            if name == "audit_log" && change.contains("ONLY") {
                continue;
            }
            let change =
                format!("SET session_replication_role = replica; {}", change.replace("{}", name));
            let why = archive.refusal(&change).await;
            assert!(why.contains("is append-only"), "{change} {why}");
        }
    }
    // A row that goes straight into a partition waits for its seal like any other.
    let row = format!(
        "SET session_replication_role = replica; \
         INSERT INTO {} (id, occurred_at, actor, action, target_type, target_id) \
         VALUES (77, now(), 'cli', 'a', 'b', 'c')",
        names[0]
    );
    archive.sql(&row).await;
    assert_eq!(archive.database.count("audit_unsealed WHERE row_id = 77").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_given_once_whatever_the_month() {
    let archive = Archive::open().await;
    archive.sql(&rows_of(0)).await;
    let again = |id: i64| {
        format!(
            "INSERT INTO audit_log (id, occurred_at, actor, action, target_type, target_id) \
             VALUES ({id}, now() - interval '70 days', 'cli', 'a', 'b', 'c')"
        )
    };
    for sealed in [false, true] {
        let why = archive.refusal(&again(2)).await;
        assert!(why.contains("has a row with the id 2 already"), "{sealed} {why}");
        archive.seal().await;
    }
    archive.sql(&again(4)).await;
    assert_eq!(archive.database.count("audit_log").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_moved_to_another_month_is_named() {
    let archive = Archive::of_months(&[0]).await;
    let switch = |how| format!("ALTER TABLE audit_log {how} TRIGGER audit_log_is_append_only");
    let (off, on) = (switch("DISABLE"), switch("ENABLE ALWAYS"));
    let back = "UPDATE audit_log SET occurred_at = occurred_at - interval '90 days' WHERE id = 2";
    archive.sql(&format!("{off}; {back}; {on}")).await;
    let found = archive.verify().await;
    assert_eq!(found.status, 1, "{found:?}");
    assert!(found.stdout.contains("row 2 was changed after seal 1 was made"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_by_id_across_months() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    // Ids and months in different orders, some of them in the default partition.
    app.sql(
        "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id, payload) \
         SELECT now() - (n * 7 % 40) * interval '1 month', 'cli', 'test.' || n % 3, 'thing', \
             (n % 5)::text, jsonb_build_object('n', n) FROM generate_series(1, 120) AS n",
    )
    .await;
    for (query, expected) in [
        ("?limit=7&target_type=thing", (1..=120).rev().collect::<Vec<i64>>()),
        ("?limit=7&action=test.1", (1..=120).rev().filter(|n| n % 3 == 1).collect()),
        ("?limit=7&action=test.1&target_id=4", (1..=120).rev().filter(|n| n % 15 == 4).collect()),
    ] {
        let (mut seen, mut address) = (Vec::new(), query.to_owned());
        loop {
            let page = operator.client.audit(&address).await.json();
            let entries = page["entries"].as_array().unwrap();
            seen.extend(entries.iter().map(|entry| entry["payload"]["n"].as_i64().unwrap()));
            let Some(next) = page["next"].as_str() else { break };
            address = format!("{query}&cursor={next}");
        }
        assert_eq!(seen, expected, "{query}");
    }
}
