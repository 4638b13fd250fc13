//! Which rows a seal takes, and whom it waits for.

use diesel_async::SimpleAsyncConnection;
use service_kit::audit::chain::GENESIS;
use service_kit::audit::record::Record;
use service_kit::audit::sealing::{MOST_ROWS, Sealing};
use test_support::wait::{eventually, within};

use super::Book;
use super::book::insert;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_seal_hashes_the_one_before_it() {
    let book = Book::with_seals(3).await;
    let mut previous = GENESIS;
    let mut seals = 0;
    for record in book.records().await {
        let Record::Seal(seal) = record else { continue };
        seals += 1;
        assert_eq!((seal.number, seal.previous, seal.total_rows), (seals, previous, 3 * seals));
        assert_eq!(seal.hash, seal.computed_hash("console"));
        previous = seal.hash;
    }
    assert_eq!(seals, 3);
    assert_eq!(book.seal().await, Sealing::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_committed_late_goes_into_a_later_seal() {
    let book = Book::open().await;
    let mut late = book.begin(&insert(1)).await;
    book.write(2).await;
    // Rows 2 and 3 are younger than a transaction that still runs.
    assert_eq!(book.seal().await, Sealing::Nothing);
    late.batch_execute("COMMIT").await.unwrap();
    let mut late = book.begin(&insert(1)).await;
    book.write(1).await;
    let first = eventually("the first three are sealed", || async {
        match book.seal().await {
            Sealing::Made(seal) => Some(seal),
            _ => None,
        }
    })
    .await;
    assert_eq!((first.first_row, first.last_row, first.row_count), (1, 3, 3));
    late.batch_execute("COMMIT").await.unwrap();
    book.seal_all().await;
    assert_eq!(book.database.count("audit_sealed_rows").await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seal_holds_rows_of_one_month_and_not_too_many() {
    let book = Book::open().await;
    let many = MOST_ROWS + 1;
    book.sql(&format!(
        "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
         SELECT CASE WHEN n % 2 = 0 THEN '2026-05-31 23:59:59.999999Z' ELSE '2026-06-01Z' END::timestamptz, \
             'cli', 'a', 'b', 'c' FROM generate_series(1, {}) AS n; \
         INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
         VALUES ('infinity', 'cli', 'a', 'b', 'c'), ('-infinity', 'cli', 'a', 'b', 'c')",
        2 * many
    ))
    .await;
    book.seal_all().await;
    let seals = "SELECT format('%s %s', month, row_count) AS line FROM audit_seals ORDER BY number";
    let lines: Vec<String> = book
        .database
        .rows(seals)
        .await
        .iter()
        .map(|row| row["line"].as_str().unwrap().to_owned())
        .collect();
    let expected = [
        "2026-06-01 1000",
        "2026-05-01 1000",
        "2026-06-01 1",
        "2026-05-01 1",
        "9999-12-01 1",
        "0001-01-01 1",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sealers_at_once_make_one_chain() {
    let book = Book::open().await;
    let (writing, sealing, too) = (
        async {
            for _ in 0..20 {
                book.write(5).await;
            }
        },
        async {
            for _ in 0..30 {
                book.seal().await;
            }
        },
        async {
            for _ in 0..30 {
                book.seal().await;
            }
        },
    );
    tokio::join!(writing, sealing, too);
    book.seal_all().await;
    assert_eq!(book.database.count("audit_sealed_rows").await, 100);
    let unlinked = "audit_seals AS one WHERE number > 1 AND previous IS DISTINCT FROM \
                    (SELECT hash FROM audit_seals WHERE number = one.number - 1)";
    assert_eq!(book.database.count(unlinked).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealer_that_hangs_holds_up_no_writer_and_no_other_sealer() {
    let book = Book::with_seals(1).await;
    // As far as the last statement of a seal, and no further.
    let lock = 0x5261_7873;
    let hangs = format!(
        "SELECT pg_advisory_xact_lock({lock}); SELECT * FROM audit_seals FOR UPDATE; \
         DELETE FROM audit_unsealed; INSERT INTO audit_sealed_rows VALUES (99, 2, sha256(''))"
    );
    let _hanging = book.begin(&hangs).await;
    within("a row is written", book.write(2)).await;
    assert_eq!(book.seal().await, Sealing::Busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_before_there_were_seals_is_sealed_too() {
    let database = test_support::postgres::TestDatabase::create_empty().await;
    database.sql(super::book::TABLES[0]).await;
    database.sql(&insert(4)).await;
    let book = Book::over(database).await;
    book.seal_all().await;
    assert_eq!(book.database.count("audit_sealed_rows").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_restored_dump_are_sealed_though_their_transactions_lie_ahead() {
    let book = Book::open().await;
    book.write(2).await;
    book.sql("UPDATE audit_unsealed SET xid = 1000000000000").await;
    book.seal_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_write_a_row_has_it_noted_whatever_their_search_path_and_rights() {
    let book = Book::open().await;
    let role = format!("{}_writer", book.database.name());
    let mut writer = book
        .begin(&format!(
            "CREATE ROLE {role}; GRANT INSERT ON audit_log TO {role}; \
             CREATE TEMPORARY TABLE audit_unsealed (LIKE audit_unsealed INCLUDING ALL); \
             SET LOCAL ROLE {role}; SET LOCAL search_path = pg_catalog; \
             INSERT INTO public.audit_log (actor, action, target_type, target_id) \
             VALUES ('cli', 'a', 'b', 'c'); RESET ROLE"
        ))
        .await;
    let noted = "DO $$ BEGIN ASSERT (SELECT count(*) FROM public.audit_unsealed) = 1; END $$";
    writer.batch_execute(noted).await.unwrap();
    writer.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oddly_marked_row_holds_up_no_other() {
    let book = Book::with_seals(1).await;
    book.sql(
        "INSERT INTO audit_unsealed (row_id, occurred_at, xid) VALUES (2, now(), 3), (50, now(), 3)",
    )
    .await;
    book.write(2).await;
    eventually("the good rows are sealed", || async {
        book.seal().await;
        (book.database.count("audit_sealed_rows").await == 5).then_some(())
    })
    .await;
    assert_eq!(book.database.count("audit_unsealed").await, 2);
}
