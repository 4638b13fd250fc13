//! Months of the audit log that are over for two years.

use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;

use super::{Archive, KEY, rows_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_goes_whole_after_two_years_and_the_chain_still_verifies() {
    let archive = Archive::of_months(&[26, 25, 24, 1, 0]).await;
    let ended = archive.retain().await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    for (ago, rows) in [(26, 0), (25, 0), (24, 3), (1, 3)] {
        assert_eq!(archive.count(ago).await, rows, "{ago}");
        let line = format!("audit_log {}: 3 rows removed\n", archive.name(ago).await);
        assert_eq!(ended.stdout.contains(&line), rows == 0, "{ended:?}");
    }
    assert_eq!(archive.database.count("audit_tombstones").await, 2);
    let gone = "audit_sealed_rows WHERE NOT EXISTS (SELECT FROM audit_log WHERE id = row_id)";
    assert_eq!(archive.database.count(gone).await, 0);
    let partition = format!("audit_log_{}", archive.name(25).await.replace('-', "_"));
    let partition = format!("pg_class WHERE relname = '{partition}'");
    assert_eq!(archive.database.count(&partition).await, 0);

    for when in ["with the rows about it unsealed", "with them sealed"] {
        let verified = archive.verify().await;
        assert_eq!(verified.status, 0, "{when} {verified:?}");
        let note = format!("3 rows of 1 seal ({}) were removed at", archive.name(26).await);
        assert!(verified.stdout.contains(&note), "{verified:?}");
        archive.seal().await;
    }
    let again = archive.retain().await;
    assert_eq!((again.status, again.stderr.as_str()), (0, ""), "{again:?}");
    assert!(again.stdout.contains("audit_log: nothing to remove\n"), "{again:?}");
    assert_eq!(archive.database.count("audit_tombstones").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_month_is_audited_with_its_figures() {
    let archive = Archive::of_months(&[25, 0]).await;
    let month = archive.name(25).await;
    archive.retain().await;
    let query = "SELECT actor, action, target_type, target_id, payload - 'seals_hash' - 'key_id' \
                 AS payload FROM audit_log WHERE action LIKE 'console.%removed'";
    let figures = json!({"rows": 3, "seals": 1, "first_seal": 1, "last_seal": 1});
    let row = json!({
        "actor": "cli", "action": "console.audit.month_removed", "target_type": "audit_month",
        "target_id": month, "payload": figures,
    });
    assert_eq!(archive.database.rows(query).await, [row]);
    let same = "audit_log JOIN audit_tombstones \
                ON payload->>'seals_hash' = encode(seals_hash, 'hex') AND payload->>'key_id' = key_id";
    assert_eq!(archive.database.count(same).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_carries_the_tombstones() {
    let archive = Archive::of_months(&[25, 0]).await;
    archive.retain().await;
    let export = archive.command(&["audit", "export"], None).await;
    assert_eq!(export.status, 0, "{export:?}");
    let directory = tempfile::tempdir().unwrap();
    let verify = async |text: &str| {
        let file = directory.path().join("export");
        std::fs::write(&file, text).unwrap();
        archive.command(&["audit", "verify", "--export", file.to_str().unwrap()], Some(KEY)).await
    };
    assert_eq!(verify(&export.stdout).await.status, 0);
    let is_tombstone = |line: &&str| line.starts_with("{\"kind\":\"tombstone\"");
    assert_eq!(export.stdout.lines().filter(is_tombstone).count(), 1);
    let without: String = export
        .stdout
        .lines()
        .filter(|line| !is_tombstone(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let found = verify(&without).await;
    assert_eq!(found.status, 1, "{found:?}");
    assert!(found.stdout.contains("has lost 3 rows"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_would_go_and_needs_no_key() {
    let archive = Archive::of_months(&[25, 0]).await;
    let ended = archive.command(&["retention", "run", "--dry-run"], None).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    let line = format!("audit_log {}: 3 rows would be removed\n", archive.name(25).await);
    assert!(ended.stdout.contains(&line), "{ended:?}");
    assert_eq!(archive.count(25).await, 3);
    assert_eq!(archive.database.count("audit_log").await, 6);
    assert_eq!(archive.database.count("audit_tombstones").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_that_signs_nothing_is_removed() {
    let archive = Archive::of_months(&[25, 0]).await;
    for (key, why) in [(None, "tombstone"), (Some("short"), "must be an Ed25519 seed")] {
        let ended = archive.command(&["retention", "run"], key).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert_eq!(ended.stderr.matches("AUDIT_SIGNING_KEY").count(), 1, "{ended:?}");
        assert!(ended.stderr.contains(why), "{ended:?}");
    }
    assert_eq!(archive.count(25).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_at_once_remove_a_month_once() {
    let archive = Archive::of_months(&[27, 26, 25, 0]).await;
    let (one, two) = tokio::join!(archive.retain(), archive.retain());
    assert_eq!((one.status, two.status), (0, 0), "{one:?} {two:?}");
    let removed = |text: &str| text.matches("3 rows removed").count();
    assert_eq!(removed(&one.stdout) + removed(&two.stdout), 3, "{one:?} {two:?}");
    assert_eq!(archive.database.count("audit_tombstones").await, 3);
    let audited = "audit_log WHERE action = 'console.audit.month_removed'";
    assert_eq!(archive.database.count(audited).await, 3);
    assert_eq!(archive.verify().await.status, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_come_late_for_a_removed_month_go_by_a_tombstone_of_their_own() {
    let archive = Archive::of_months(&[25, 0]).await;
    archive.retain().await;
    archive.sql(&rows_of(25)).await;
    archive.seal().await;
    let found = archive.verify().await;
    assert!(found.stdout.contains("was inserted afterwards"), "{found:?}");
    assert_eq!(archive.retain().await.status, 0);
    assert_eq!((archive.count(25).await, archive.database.count("audit_tombstones").await), (0, 2));
    let verified = archive.verify().await;
    assert_eq!(verified.status, 0, "{verified:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_somebody_reads_is_left_alone_until_later() {
    let archive = Archive::of_months(&[25, 0]).await;
    let mut reader = archive.database.connect().await;
    reader.batch_execute("BEGIN; SELECT FROM audit_log LIMIT 1").await.unwrap();
    let ended = archive.retain().await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("NOT removed: the log is in use by somebody else"), "{ended:?}");
    assert_eq!(archive.count(25).await, 3);
    reader.batch_execute("COMMIT").await.unwrap();
    assert_eq!(archive.retain().await.status, 0);
    assert_eq!(archive.count(25).await, 0);
}
