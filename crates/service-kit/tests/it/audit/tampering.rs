//! Each kind of tampering, by somebody whom no trigger and no CHECK stops, and its name.

use service_kit::audit::verify::{Change, Evidence, Report};

use super::Book;

/// Tampers with three seals of three rows each; what is found then.
async fn after(tampering: &str) -> Report {
    let book = Book::with_seals(3).await;
    book.tamper(tampering).await;
    book.verify(Evidence::default()).await
}

/// The first finding: what was done, to which row, in words.
pub(super) fn first(report: &Report) -> (Change, Option<i64>, &str) {
    assert!(!report.intact, "{report}");
    let first = report.findings.first().unwrap();
    (first.change, first.row, &first.text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_log_is_intact() {
    let book = Book::with_seals(3).await;
    book.write(2).await;
    let report = book.verify(Evidence::default()).await;
    assert!(report.intact, "{report}");
    assert_eq!(report.to_string(), "audit log intact: 9 rows in 3 seals, 2 rows not sealed yet");
    let empty = Book::open().await.verify(Evidence::default()).await;
    assert_eq!(empty.to_string(), "audit log intact: 0 rows in 0 seals, 0 rows not sealed yet");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_row_is_named() {
    for change in [
        r#"payload = '{"n": 3}'"#,
        r#"payload = payload || '{"more": null}'"#,
        "occurred_at = occurred_at + interval '1 microsecond'",
        "occurred_at = 'infinity'",
        "actor = 'somebody'",
        "action = ''",
        "target_type = target_id, target_id = target_type",
    ] {
        let report = after(&format!("UPDATE audit_log SET {change} WHERE id = 5")).await;
        let expected = (Change::Changed, Some(5), "row 5 was changed after seal 2 was made");
        assert_eq!(first(&report), expected, "{change}");
        assert_eq!(report.findings.len(), 1, "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_of_several_changed_rows_is_named_first() {
    let report = after("UPDATE audit_log SET actor = 'x' WHERE id IN (8, 4)").await;
    assert_eq!(first(&report).1, Some(4));
    assert!(report.to_string().ends_with(
        "audit log NOT intact, first at row 4: 9 rows in 3 seals, 0 rows not sealed yet"
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_row_with_its_note_brought_into_line_is_found_by_its_seal() {
    // The row now says what row 1 says, and its digest says so too.
    let report = after(
        "UPDATE audit_log AS row SET actor = other.actor, action = other.action, \
             target_type = other.target_type, target_id = other.target_id, \
             payload = other.payload, occurred_at = other.occurred_at \
             FROM audit_log AS other WHERE row.id = 5 AND other.id = 1; \
         UPDATE audit_sealed_rows SET digest = (SELECT digest FROM audit_sealed_rows WHERE \
             row_id = 1) WHERE row_id = 5",
    )
    .await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Changed, None), "{text}");
    assert!(text.starts_with("seal 2 (rows 4 to 6) does not hold what was sealed"), "{text}");
    assert_eq!(report.findings[0].rows, Some((4, 6)));
    assert!(report.to_string().contains("NOT intact, first in rows 4 to 6: "), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_easily_found_hides_no_other_in_the_same_seal() {
    let hidden = "UPDATE audit_log SET actor = 'x' WHERE id = 4; UPDATE audit_sealed_rows SET \
                  digest = sha256('x') WHERE row_id = 4;";
    for (decoy, kind) in [
        ("UPDATE audit_log SET actor = 'y' WHERE id = 6", "row 6 was changed"),
        ("DELETE FROM audit_log WHERE id = 6", "row 6 was removed"),
    ] {
        let report = after(&format!("{hidden} {decoy}")).await.to_string();
        assert!(report.contains(kind), "{report}");
        assert!(report.contains("seal 2 (rows 4 to 6) does not hold what was sealed"), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_rows_are_named() {
    let report = after("DELETE FROM audit_log WHERE id = 5").await;
    assert_eq!(first(&report), (Change::Removed, Some(5), "row 5 was removed"));
    let report = after("DELETE FROM audit_log WHERE id BETWEEN 3 AND 7").await;
    assert_eq!(first(&report), (Change::Removed, Some(3), "rows 3 to 7 were removed"));
    assert_eq!(report.findings.len(), 1, "{report}");
    let report =
        after("DELETE FROM audit_log WHERE id = 5; DELETE FROM audit_sealed_rows WHERE row_id = 5")
            .await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Removed, Some(5)), "{text}");
    assert!(text.contains("has lost 1 row") && text.ends_with("first of them row 5"), "{text}");
    assert!(report.to_string().contains("NOT intact, first at row 5: "), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_ids_have_gaps_no_row_is_accused_that_may_be_whole() {
    let book = Book::open().await;
    for _ in 0..2 {
        book.sql("SELECT nextval('audit_log_id_seq')").await;
        book.write(2).await;
    }
    book.seal_all().await;
    // Rows 2, 3, 5 and 6.
    let gone = "DELETE FROM audit_log WHERE id IN (3, 5); \
                DELETE FROM audit_sealed_rows WHERE row_id IN (3, 5)";
    book.tamper(gone).await;
    let report = book.verify(Evidence::default()).await;
    assert_eq!((report.findings[0].row, report.findings[0].rows), (None, Some((2, 6))));
    assert!(report.to_string().contains("NOT intact, first in rows 2 to 6: "), "{report}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["findings"][0]["rows"], serde_json::json!([2, 6]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_removed_before_it_was_sealed_is_named() {
    let book = Book::with_seals(1).await;
    book.write(2).await;
    book.tamper("DELETE FROM audit_log WHERE id = 4").await;
    let report = book.verify(Evidence::default()).await;
    let expected = (Change::Removed, Some(4), "row 4 was removed before it was sealed");
    assert_eq!(first(&report), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_came_past_the_trigger_is_named() {
    let row = "INSERT INTO audit_log (id, actor, action, target_type, target_id) \
               VALUES (20, 'cli', 'a', 'b', 'c')";
    let report = after(row).await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Inserted, Some(20)), "{text}");
    assert!(text.contains("has none and waits for none"), "{text}");
}

/// A log whose seals are an hour old, and a row that was put in since.
async fn an_hour_later(row: &str) -> (Book, Report) {
    let book = Book::with_seals(2).await;
    book.tamper("DELETE FROM audit_log; DELETE FROM audit_seals; DELETE FROM audit_sealed_rows")
        .await;
    book.sql(
        "SELECT setval('audit_log_id_seq', 30); \
         INSERT INTO audit_log (id, occurred_at, actor, action, target_type, target_id) \
         SELECT 10 * n, now() - interval '2 hours', 'cli', 'a', 'b', 'c' \
         FROM generate_series(1, 3) AS n",
    )
    .await;
    book.seal_all().await;
    // As if it had been made then: the chain is new from here on.
    book.age_seals("1 hour").await;
    book.write(1).await;
    book.seal_all().await;
    assert!(book.verify(Evidence::default()).await.intact);
    book.sql(row).await;
    let waiting = book.verify(Evidence::default()).await;
    book.seal_all().await;
    let sealed = book.verify(Evidence::default()).await;
    assert_eq!(waiting.findings[0].text, sealed.findings[0].text);
    (book, sealed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_older_than_what_was_sealed_long_before_is_named() {
    let row = "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id) \
               VALUES (now() - interval '16 minutes', 'cli', 'a', 'b', 'c')";
    let (_book, report) = an_hour_later(row).await;
    let (change, _, text) = first(&report);
    assert_eq!(change, Change::Inserted);
    assert!(text.contains("older than rows that had long been sealed"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_in_a_gap_between_old_rows_is_named_whatever_time_it_claims() {
    let row = "INSERT INTO audit_log (id, actor, action, target_type, target_id) \
               VALUES (15, 'cli', 'a', 'b', 'c')";
    let (_book, report) = an_hour_later(row).await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Inserted, Some(15)), "{text}");
    assert!(text.contains("id lies below"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exchanged_rows_are_named() {
    // What row 2 held and what row 8 held change places; the ids stay.
    let report = after(
        "UPDATE audit_log SET id = 100 WHERE id = 2; UPDATE audit_log SET id = 2 WHERE id = 8; \
         UPDATE audit_log SET id = 8 WHERE id = 100",
    )
    .await;
    let expected = (Change::Reordered, Some(2), "row 2 was reordered: it holds what row 8 held");
    assert_eq!(first(&report), expected);
    assert_eq!(report.findings.len(), 2, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_were_exchanged_with_their_notes_are_found_by_their_seal() {
    let exchange = |table: &str, id: &str| {
        format!(
            "UPDATE {table} SET {id} = 100 WHERE {id} = 4; UPDATE {table} SET {id} = 4 WHERE \
             {id} = 6; UPDATE {table} SET {id} = 6 WHERE {id} = 100;"
        )
    };
    let (rows, notes) = (exchange("audit_log", "id"), exchange("audit_sealed_rows", "row_id"));
    let report = after(&format!("{rows} {notes}")).await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::Changed, None), "{text}");
    let report = after(&notes).await;
    let expected = (Change::Reordered, Some(4), "row 4 was reordered: it holds what row 6 held");
    assert_eq!(first(&report), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_rows_gone_are_a_cut_at_the_end() {
    let report = after("DELETE FROM audit_log WHERE id >= 6").await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::CutOff, Some(6)), "{text}");
    let report =
        after("DELETE FROM audit_log WHERE id >= 7; DELETE FROM audit_seals WHERE number = 3")
            .await;
    let (change, row, text) = first(&report);
    assert_eq!((change, row), (Change::CutOff, Some(7)), "{text}");
    let report = after(
        "DELETE FROM audit_log WHERE id >= 8; DELETE FROM audit_sealed_rows WHERE row_id >= 8",
    )
    .await;
    assert_eq!(first(&report).1, Some(8), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_or_removed_seal_is_named() {
    for change in [
        "hash = sha256('')",
        "previous = sha256('')",
        "month = '300000-01-01'",
        "total_rows = 7",
        "first_row = 1",
        "rows_root = sha256('')",
        "peer_number = 1, peer_hash = sha256('')",
        "settled_until = 'infinity'",
        "sealed_at = sealed_at + interval '1 second'",
    ] {
        let report = after(&format!("UPDATE audit_seals SET {change} WHERE number = 2")).await;
        assert_eq!(report.findings[0].seal, Some(2), "{change}: {report}");
    }
    let report = after("DELETE FROM audit_seals WHERE number = 2").await;
    assert!(report.findings.iter().any(|it| it.text == "seal 2 was removed, with 3 rows"));
    assert_eq!(first(&report).1, Some(4), "{report}");
    let report = after("DELETE FROM audit_seals WHERE number = 1").await;
    assert_eq!(first(&report).1, Some(1), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_odd_note_is_named() {
    let report = after("INSERT INTO audit_unsealed (row_id, occurred_at) VALUES (2, now())").await;
    assert_eq!(first(&report).1, Some(2), "{report}");
    let report = after("DELETE FROM audit_sealed_rows WHERE row_id = 5").await;
    assert!(report.findings.iter().any(|it| it.row == Some(5)), "{report}");
    let report =
        after("INSERT INTO audit_checkpoints (seal, way, checkpoint) VALUES (2, 'log', 'x')").await;
    assert!(first(&report).2.contains("checkpoint"), "{report}");
}
