//! Rows that were removed without a right to it.

use console::db::audit::LOG;
use service_kit::audit::chain::GENESIS;
use service_kit::audit::record::Record;
use service_kit::audit::store;
use service_kit::db::DbError;

use super::Archive;

const OTHER_KEY: &str = "0808080808080808080808080808080808080808080808080808080808080808";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_tombstone_hides_nothing() {
    let archive = Archive::of_months(&[26, 25, 0]).await;
    archive.retain().await;
    // The rows of a young month go, and the tombstone of an old one is bent to cover it.
    let bend = "DELETE FROM audit_log WHERE id IN (7, 8, 9); \
                DELETE FROM audit_sealed_rows WHERE seal = 3; \
                INSERT INTO audit_tombstones SELECT (SELECT month FROM audit_seals WHERE number = 3), \
                    3, 3, 1, 3, seals_hash, removed_at, key_id, signature \
                FROM audit_tombstones WHERE first_seal = 1";
    archive.tamper(bend).await;
    let found = archive.verify().await;
    assert_eq!(found.status, 1, "{found:?}");
    let month = archive.name(0).await;
    let forged = format!("the tombstone of {month} has a wrong signature");
    assert!(found.stdout.contains(&forged), "{found:?}");
    assert!(found.stdout.contains("seal 3 (rows 7 to 9) has lost 3 rows"), "{found:?}");
    assert!(found.stdout.contains("first at row 7"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tombstone_of_another_key_counts_for_nothing() {
    let archive = Archive::of_months(&[25, 0]).await;
    archive.retain().await;
    for key in [None, Some(OTHER_KEY)] {
        let found = archive.command(&["audit", "verify"], key).await;
        assert_eq!(found.status, 1, "{found:?}");
        assert!(found.stdout.contains("their tombstone counts for nothing: the key"), "{found:?}");
    }
    let public = archive.command(&["audit", "public-key"], Some(super::KEY)).await;
    let known = ["audit", "verify", "--public-key", public.stdout.trim()];
    let verified = archive.command(&known, Some(OTHER_KEY)).await;
    assert_eq!(verified.status, 0, "{verified:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_tombstone_leaves_removed_rows() {
    let archive = Archive::of_months(&[25, 0]).await;
    archive.retain().await;
    archive.tamper("DELETE FROM audit_tombstones").await;
    let found = archive.verify().await;
    assert_eq!(found.status, 1, "{found:?}");
    assert!(found.stdout.contains("seal 1 (rows 1 to 3) has lost 3 rows"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_was_written_anew_does_not_fit_its_tombstones() {
    let archive = Archive::of_months(&[25, 0]).await;
    archive.retain().await;
    let mut seals = Vec::new();
    let keep = |record| {
        if let Record::Seal(seal) = record {
            seals.push(seal);
        }
        Ok::<(), DbError>(())
    };
    store::read(&archive.pool, &LOG, keep).await.unwrap();
    let (mut statements, mut previous) = (String::new(), GENESIS);
    for seal in &mut seals {
        seal.previous = previous;
        seal.sealed_at += chrono::TimeDelta::microseconds(1);
        previous = seal.computed_hash("console");
        statements += &format!(
            "UPDATE audit_seals SET previous = decode('{}', 'hex'), hash = decode('{}', 'hex'), \
                 sealed_at = sealed_at + interval '1 microsecond' WHERE number = {};",
            hex::encode(seal.previous),
            hex::encode(previous),
            seal.number
        );
    }
    archive.tamper(statements.trim_end_matches(';')).await;
    let found = archive.verify().await;
    assert_eq!(found.status, 1, "{found:?}");
    assert!(found.stdout.contains("does not fit its seals"), "{found:?}");
}
