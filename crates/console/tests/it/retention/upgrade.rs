//! A database that has an audit log already gets its partitions.

use console::startup::MIGRATIONS;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness;
use test_support::postgres::TestDatabase;

use super::{Archive, ROW, rows_of};
use crate::helpers::migrated_database;

const IS_PARTED: &str = "pg_class WHERE oid = 'audit_log'::regclass AND relkind = 'p'";
const CONTENTS: &str = "SELECT to_jsonb(audit_log) AS row FROM audit_log ORDER BY id";
const STATE: &str = "SELECT (SELECT max(id) FROM audit_log) AS newest, \
                         (SELECT last_value FROM audit_log_id_seq) AS drawn, \
                         (SELECT string_agg(row_id::text, ',' ORDER BY row_id) FROM audit_unsealed) \
                             AS waiting, \
                         (SELECT count(*) FROM audit_sealed_rows) AS sealed";

/// Takes migrations back until the audit log is one table.
async fn unpart(database: &TestDatabase) {
    while database.count(IS_PARTED).await == 1 {
        let mut harness = AsyncMigrationHarness::new(database.connect().await);
        harness.revert_last_migration(MIGRATIONS).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_keeps_every_row_and_its_seal() {
    let database = migrated_database().await;
    unpart(&database).await;
    let archive = Archive::over(database);
    let odd = "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
               VALUES ('-infinity', 'cli', 'a', 'b', 'c'), ('infinity', 'cli', 'a', 'b', 'c'), \
                   ('1999-12-31', 'cli', 'a', 'b', 'c')";
    // An id that was drawn and never used.
    let gap = "SELECT nextval(pg_get_serial_sequence('audit_log', 'id'))";
    for statement in [odd, &rows_of(30), gap, &rows_of(0)] {
        archive.sql(statement).await;
    }
    archive.seal().await;
    archive.sql(ROW).await;
    archive.sql(gap).await;
    let before = (archive.database.rows(CONTENTS).await, archive.database.rows(STATE).await);
    assert_eq!(before.1[0]["drawn"], 12);

    for _ in 0..2 {
        let migrated = archive.command(&["migrate"], None).await;
        assert_eq!((migrated.status, migrated.stderr.as_str()), (0, ""), "{migrated:?}");
        assert_eq!(archive.database.count(IS_PARTED).await, 1);
        let after = (archive.database.rows(CONTENTS).await, archive.database.rows(STATE).await);
        assert_eq!(before, after);
        assert_eq!(archive.database.count("audit_log_default").await, 3);
        // There and back again.
        unpart(&archive.database).await;
        let after = (archive.database.rows(CONTENTS).await, archive.database.rows(STATE).await);
        assert_eq!(before, after);
    }
    archive.command(&["migrate"], None).await;
    archive.sql(ROW).await;
    let newest = archive.database.number("SELECT max(id) FROM audit_log").await;
    assert_eq!(newest, 13);
    archive.seal().await;
    let verified = archive.verify().await;
    assert_eq!(verified.status, 0, "{verified:?}");
}
