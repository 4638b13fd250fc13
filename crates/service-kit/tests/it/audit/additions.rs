//! Rows and seals that somebody adds, and seals that somebody holds up.

use diesel_async::SimpleAsyncConnection;
use service_kit::audit::sealing;
use service_kit::audit::verify::{Change, Evidence};
use service_kit::audit::worker::Waiting;
use service_kit::metrics::Metrics;
use test_support::wait::eventually;

use super::Book;
use super::book::LOG;
use super::tampering::first;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seal_that_was_inserted_is_named_and_ends_no_verification_and_no_sealer() {
    let copy = |number: &str, previous: &str| {
        format!(
            "INSERT INTO audit_seals SELECT {number}, {previous}, hash, month, row_count, \
             total_rows, first_row, last_row, rows_root, peer_number, peer_hash, settled_until, \
             sealed_at FROM audit_seals WHERE number = 3"
        )
    };
    for (number, previous) in
        [("9223372036854775807", "previous"), ("9223372036854775807", "hash"), ("5", "hash")]
    {
        let book = Book::with_seals(3).await;
        let statement = copy(number, previous);
        let mut connection = book.database.connect().await;
        let refused = connection.batch_execute(&statement).await.unwrap_err().to_string();
        assert!(refused.contains("does not follow the last one"), "{refused}");
        book.tamper(&statement).await;
        let report = book.verify(Evidence::default()).await;
        let finding = &report.findings[0];
        assert_eq!((finding.change, report.findings.len()), (Change::Inserted, 1), "{report}");
        assert!(finding.text.starts_with(&format!("seal {number} was inserted")), "{report}");
    }
    let book = Book::with_seals(3).await;
    book.tamper(&copy("9223372036854775807", "hash")).await;
    book.write(1).await;
    eventually("the sealer says why not", || async {
        let refused = sealing::seal(&book.pool, &LOG).await.err()?.to_string();
        refused.contains("leaves no number").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_with_a_far_id_is_named_and_makes_no_honest_row_suspect() {
    let book = Book::with_seals(1).await;
    book.sql(
        "INSERT INTO audit_log (id, actor, action, target_type, target_id) \
         VALUES (1000000000000, 'cli', 'a', 'b', 'c')",
    )
    .await;
    book.seal_all().await;
    book.age_seals("1 hour").await;
    for _ in 0..2 {
        book.write(3).await;
        book.seal_all().await;
    }
    let report = book.verify(Evidence::default()).await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Inserted, Some(1_000_000_000_000)), "{text}");
    assert_eq!(report.findings.len(), 1, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seals_that_are_held_up_are_noted_measured_and_warned_of() {
    let book = Book::with_seals(1).await;
    let metrics = Metrics::new("service", "1.0.0").unwrap();
    let mut waiting = Waiting::new(&metrics).unwrap();
    assert!(!metrics.render().unwrap().contains("audit_unsealed_oldest_seconds"));
    let measured = |seconds: std::ops::Range<i64>| {
        let text = metrics.render().unwrap();
        let line = text.lines().find_map(|it| it.strip_prefix("audit_unsealed_oldest_seconds "));
        assert!(seconds.contains(&line.unwrap().parse().unwrap()), "{text}");
    };
    waiting.look(&book.pool).await;
    measured(0..1);
    for at in ["now()", "'infinity'"] {
        book.sql(&format!(
            "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
             VALUES ({at}, 'cli', 'a', 'b', 'c')"
        ))
        .await;
    }
    assert_eq!(book.verify(Evidence::default()).await.notes, [""; 0]);
    let ago = "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
               VALUES (now() - interval '20 minutes', 'cli', 'a', 'b', 'c')";
    let book = Book::open().await;
    book.sql(ago).await;
    let report = book.verify(Evidence::default()).await;
    assert!(report.intact, "{report}");
    assert!(report.notes[0].contains("row 1 has not been sealed for 20 minutes"), "{report}");
    waiting.look(&book.pool).await;
    measured(1200..1300);
}
