//! What the function refuses, whoever calls it.

use super::{Archive, month, remove_sql, rows_of};

/// Nothing was removed.
async fn assert_untouched(archive: &Archive, rows: i64) {
    assert_eq!(archive.database.count("audit_log").await, rows);
    assert_eq!(archive.database.count("audit_tombstones").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_within_two_years_stays() {
    let archive = Archive::of_months(&[24, 1, 0]).await;
    for ago in [24, 1, 0] {
        let why = archive.refusal(&remove_sql(ago, &[])).await;
        assert!(why.contains("not older than 24 whole months"), "{ago} {why}");
    }
    assert_untouched(&archive, 9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_with_a_row_that_waits_for_its_seal_stays() {
    let archive = Archive::of_months(&[25]).await;
    archive.sql(&rows_of(25)).await;
    let why = archive.refusal(&remove_sql(25, &[])).await;
    assert!(why.contains("3 of its rows wait for a seal"), "{why}");
    let dry = archive.command(&["retention", "run", "--dry-run"], None).await;
    assert_eq!(dry.status, 1, "{dry:?}");
    assert!(dry.stdout.contains("NOT removed: 3 of its rows wait for a seal"), "{dry:?}");
    assert_untouched(&archive, 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_whose_seals_hold_other_rows_than_it_has_stays() {
    for (what, rows) in [
        ("DELETE FROM audit_log WHERE id = 2", 2),
        ("DELETE FROM audit_sealed_rows WHERE row_id = 2", 3),
        (&*rows_of(25), 6),
    ] {
        let archive = Archive::of_months(&[25]).await;
        archive.tamper(what).await;
        let why = archive.refusal(&remove_sql(25, &[])).await;
        assert!(why.contains("its seals hold 3 rows"), "{what} {why}");
        assert_untouched(&archive, rows).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tombstone_that_does_not_say_what_is_found_is_refused() {
    let archive = Archive::of_months(&[26, 25, 0]).await;
    for (name, value, why) in [
        ("first_seal", "1::bigint", "does not say"),
        ("last_seal", "3::bigint", "does not say"),
        ("seals", "2::bigint", "does not say"),
        ("rows", "4::bigint", "does not say"),
        ("rows", "NULL", "does not say"),
        ("seals_hash", "sha256('')", "does not say"),
        ("removed_at", "now() - interval '1 second'", "of another transaction"),
        ("month", "NULL", "not the first day of a month"),
        ("month", "'infinity'", "not the first day of a month"),
        ("month", &format!("{} + 1", month(25)), "not the first day of a month"),
        ("month", &month(40), "no seal holds rows of it"),
    ] {
        let refusal = archive.refusal(&remove_sql(25, &[(name, value)])).await;
        assert!(refusal.contains(why), "{name} {value} {refusal}");
    }
    assert_untouched(&archive, 9).await;
    archive.sql(&remove_sql(25, &[])).await;
    assert_eq!(archive.count(25).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_with_a_changed_row_is_not_signed_away() {
    let archive = Archive::of_months(&[26, 25, 0]).await;
    archive.tamper("UPDATE audit_log SET actor = 'nobody' WHERE id = 5").await;
    let ended = archive.retain().await;
    assert_eq!(ended.status, 1, "{ended:?}");
    let line = format!("audit_log {}: NOT removed: row 5 is not as it was", archive.name(25).await);
    assert!(ended.stdout.contains(&line), "{ended:?}");
    assert_eq!((archive.count(26).await, archive.count(25).await), (0, 3));
}
