//! At each reset the services name each other the newest seals of their audit logs.

use test_support::postgres::TestDatabase;

use super::Story;
use crate::audit_seals::{audit, everything_sealed, tamper};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_tells_each_service_of_the_others_log_and_neither_can_be_rewritten_alone() {
    let story = Story::ghost_with_a_row().await;
    let (console, raptor) = (&story.system.console.database, &story.system.raptor.database);
    everything_sealed(console).await;
    raptor
        .sql("INSERT INTO audit_log (action, target_kind, target_id) VALUES ('a', 'user', '1')")
        .await;
    everything_sealed(raptor).await;
    assert_eq!(story.reset().await.status, 200);
    for (mine, other) in [(console, raptor), (raptor, console)] {
        let heads = "SELECT format('%s:%s', number, encode(hash, 'hex')) AS head";
        let heard = mine.rows(&format!("{heads} FROM audit_peer_heads")).await;
        assert_eq!(heard.len(), 1);
        let seals = other.rows(&format!("{heads} FROM audit_seals")).await;
        assert!(seals.contains(&heard[0]), "{heard:?} {seals:?}");
    }

    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("raptor").to_str().unwrap().to_owned();
    write_export(raptor, &export).await;
    let verify = ["verify", "--other", &export];
    let intact = audit(console, &verify).await;
    assert_eq!(intact.status, 0, "{intact:?}");
    // The whole log anew, with a chain that is right in itself.
    tamper(
        console,
        "DELETE FROM audit_sealed_rows; DELETE FROM audit_seals; DELETE FROM audit_checkpoints; \
         UPDATE audit_log SET actor = 'nobody'; DELETE FROM audit_unsealed; \
         INSERT INTO audit_unsealed (row_id, occurred_at) SELECT id, occurred_at FROM audit_log",
    )
    .await;
    everything_sealed(console).await;
    assert_eq!(audit(console, &["verify"]).await.status, 0);
    let rewritten = audit(console, &verify).await;
    assert_eq!(rewritten.status, 1, "{rewritten:?}");
    assert!(rewritten.stdout.contains("raptor-api heard of at a ghost reset"), "{rewritten:?}");
    let own = folder.path().join("console").to_str().unwrap().to_owned();
    assert_eq!(audit(console, &["export", "--out", &own]).await.status, 0);
    let same = audit(console, &["verify", "--other", &own]).await;
    assert!(same.stderr.contains("is not an export of the log of raptor-api"), "{same:?}");
}

/// Raptor's export, without its program.
async fn write_export(database: &TestDatabase, path: &str) {
    use service_kit::audit::{export, store};
    use service_kit::db::{DbError, Pool};
    use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    let pool = Pool::new(&DatabaseSettings { url, ca: None }, 1).unwrap();
    let mut file = std::fs::File::create_new(path).unwrap();
    let write = |record| {
        export::write(&record, &mut file).unwrap();
        Ok::<(), DbError>(())
    };
    store::read(&pool, &raptor_api::db::audit::LOG, write).await.unwrap();
}
