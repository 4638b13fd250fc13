//! What is only found by what left the database: checkpoints, and the other service's notes.

use service_kit::audit::checkpoint::{Checkpoint, Head};
use service_kit::audit::command::{self, AuditCommand, Verify};
use service_kit::audit::export;
use service_kit::audit::key::{AuditSettings, PublicKey, SigningKey};
use service_kit::audit::peer::Heads;
use service_kit::audit::record::Record;
use service_kit::audit::verify::{Change, Evidence, OtherLog};
use service_kit::settings::Setting;

use super::Book;

fn key(byte: &str) -> SigningKey {
    SigningKey::parse(&byte.repeat(32)).unwrap()
}

/// What a checkpoint of a log said that had this many seals.
async fn checkpoint(book: &Book) -> Checkpoint {
    let mut head = None;
    for record in book.records().await {
        if let Record::Seal(seal) = record {
            head = Some(seal);
        }
    }
    let seal = head.unwrap();
    let head = Head {
        seal: seal.number,
        hash: seal.hash,
        sealed_at: seal.sealed_at,
        rows: seal.total_rows,
    };
    Checkpoint::sign("console", head, &key("07"))
}

fn evidence(checkpoint: &Checkpoint, keys: &[PublicKey]) -> Evidence {
    Evidence { keys: keys.to_vec(), checkpoints: vec![checkpoint.clone()], ..Evidence::default() }
}

const CUT: &str = "DELETE FROM audit_log WHERE id >= 7; DELETE FROM audit_sealed_rows WHERE \
                   row_id >= 7; DELETE FROM audit_seals WHERE number = 3";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_cut_at_the_end_is_found_by_a_checkpoint_and_by_nothing_else() {
    let book = Book::with_seals(3).await;
    let left = checkpoint(&book).await;
    book.tamper(CUT).await;
    assert!(book.verify(Evidence::default()).await.intact);
    let report = book.verify(evidence(&left, &[key("07").public_key()])).await;
    let finding = &report.findings[0];
    assert_eq!((finding.change, finding.row, finding.seal), (Change::CutOff, Some(7), Some(3)));
    assert!(finding.text.contains("after seal 2 (row 6)"), "{report}");
    assert!(finding.text.ends_with("is gone, 3 rows with it"), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_was_made_anew_is_found_by_a_checkpoint_and_by_nothing_else() {
    let book = Book::with_seals(3).await;
    let left = checkpoint(&book).await;
    let keys = [key("07").public_key()];
    assert!(book.verify(evidence(&left, &keys)).await.intact);
    book.tamper("UPDATE audit_log SET actor = 'nobody' WHERE id = 5").await;
    assert!(!book.verify(Evidence::default()).await.intact);
    book.chain_anew().await;
    assert!(book.verify(Evidence::default()).await.intact);
    let report = book.verify(evidence(&left, &keys)).await;
    assert_eq!(report.findings[0].change, Change::Rewritten, "{report}");
    assert!(report.to_string().contains("rewritten at or before seal 3 (row 7)"), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_with_a_wrong_signature_is_named_and_one_without_a_key_is_noted() {
    let book = Book::with_seals(1).await;
    let left = checkpoint(&book).await;
    let forged = Checkpoint { rows: 4, ..left.clone() };
    let report = book.verify(evidence(&forged, &[key("07").public_key()])).await;
    assert!(report.to_string().contains("the checkpoint of seal 1 has a wrong signature"));
    let report = book.verify(evidence(&left, &[key("08").public_key()])).await;
    assert!(report.intact, "{report}");
    assert!(report.to_string().contains("the signatures of 1 checkpoint were not checked"));
    let elsewhere = Checkpoint { service: "raptor-api".to_owned(), ..left };
    assert!(book.verify(evidence(&elsewhere, &[key("07").public_key()])).await.intact);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_of_a_checkpoint_counts_until_somebody_removes_it() {
    let book = Book::with_seals(3).await;
    let note = serde_json::to_string(&checkpoint(&book).await).unwrap();
    book.sql(&format!(
        "INSERT INTO audit_checkpoints (seal, way, checkpoint) VALUES (3, 'log', '{note}')"
    ))
    .await;
    book.tamper(CUT).await;
    let report = book.verify(Evidence::default()).await;
    assert_eq!(report.findings[0].change, Change::CutOff, "{report}");
}

/// Another log that has noted the newest seal of the first.
async fn noted_by(book: &Book) -> (Book, Checkpoint) {
    let (other, left) = (Book::with_seals(1).await, checkpoint(book).await);
    other
        .sql(&format!(
            "INSERT INTO audit_peer_heads (number, hash) VALUES ({}, decode('{}', 'hex'))",
            left.seal,
            hex::encode(left.hash)
        ))
        .await;
    (other, left)
}

async fn as_other(book: &Book) -> Evidence {
    let mut other = OtherLog::default();
    for record in book.records().await {
        other.take(record);
    }
    Evidence { other: Some(other), ..Evidence::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_rewritten_or_cut_alone_is_found_by_the_other() {
    let book = Book::with_seals(3).await;
    let (other, _) = noted_by(&book).await;
    assert!(book.verify(as_other(&other).await).await.intact);
    book.tamper("UPDATE audit_log SET actor = 'nobody' WHERE id = 5").await;
    book.chain_anew().await;
    let report = book.verify(as_other(&other).await).await;
    assert_eq!(report.findings[0].change, Change::Rewritten, "{report}");
    assert!(report.to_string().contains("heard of at a ghost reset"), "{report}");
    // The other's own verification says so too.
    let report = other.verify(as_other(&book).await).await;
    assert_eq!(report.findings[0].change, Change::Rewritten, "{report}");
    book.tamper(CUT).await;
    let report = book.verify(as_other(&other).await).await;
    assert_eq!(report.findings[0].change, Change::CutOff, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hashes_for_one_seal_of_the_other_are_named() {
    let book = Book::with_seals(1).await;
    book.sql(
        "INSERT INTO audit_peer_heads (number, hash) VALUES (4, sha256('a')), (4, sha256('b'))",
    )
    .await;
    let report = book.verify(Evidence::default()).await;
    assert_eq!(report.findings[0].change, Change::Rewritten, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_seal_carries_the_newest_head_of_the_other() {
    let book = Book::open().await;
    book.sql("INSERT INTO audit_peer_heads (number, hash) VALUES (3, sha256('a'))").await;
    book.sql("INSERT INTO audit_peer_heads (number, hash) VALUES (4, sha256('b'))").await;
    book.write(1).await;
    book.seal_all().await;
    let carried = "audit_seals WHERE peer_number = 4 AND peer_hash = sha256('b')";
    assert_eq!(book.database.count(carried).await, 1);
    // Its note can be removed; what the seal carries cannot.
    book.tamper("DELETE FROM audit_peer_heads").await;
    let report = book.verify(as_other(&Book::with_seals(5).await).await).await;
    assert_eq!(report.findings[0].change, Change::Rewritten, "{report}");
}

/// A log as it is exported.
async fn exported(book: &Book) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in book.records().await {
        export::write(&record, &mut bytes).unwrap();
    }
    bytes
}

fn verified(
    bytes: &[u8],
    evidence: Evidence,
) -> Result<service_kit::audit::verify::Report, String> {
    use service_kit::audit::verify::{Source, Verifier};
    let mut verifier = Verifier::new(&super::book::LOG, Source::Export, evidence);
    export::read(bytes, |record| verifier.take(record)).map_err(|error| error.to_string())?;
    Ok(verifier.finish())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_verified_without_a_database() {
    let book = Book::with_seals(3).await;
    book.write(1).await;
    let (bytes, left) = (exported(&book).await, checkpoint(&book).await);
    let keys = [key("07").public_key()];
    let report = verified(&bytes, evidence(&left, &keys)).unwrap();
    assert!(report.to_string().ends_with("intact: 9 rows in 3 seals, 1 row not sealed yet"));
    // A checkpoint that left after the export was made says nothing about it.
    book.seal_all().await;
    let later = checkpoint(&book).await;
    assert!(verified(&bytes, evidence(&later, &keys)).unwrap().intact);
    // One that left before does.
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let cut: Vec<&str> =
        lines[..lines.len() - 6].iter().chain([&lines[lines.len() - 1]]).copied().collect();
    let report = verified(cut.join("\n").as_bytes(), Evidence::default()).unwrap();
    assert!(report.intact, "{report}");
    // It may have been made while the seal was.
    let report = verified(cut.join("\n").as_bytes(), evidence(&left, &keys)).unwrap();
    assert!(report.intact, "{report}");
    let later = (left.sealed_at + chrono::TimeDelta::minutes(2)).to_rfc3339();
    let head = format!(r#"{{"kind":"log","service":"console","version":1,"read_at":"{later}"}}"#);
    let cut: Vec<&str> = std::iter::once(head.as_str()).chain(cut[1..].iter().copied()).collect();
    let report = verified(cut.join("\n").as_bytes(), evidence(&left, &keys)).unwrap();
    assert_eq!(report.findings[0].change, Change::CutOff, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tampered_export_is_found_out() {
    let book = Book::with_seals(2).await;
    let text = String::from_utf8(exported(&book).await).unwrap();
    let report = |text: &str| verified(text.as_bytes(), Evidence::default());
    let changed = text.replacen("\"actor\":\"cli\"", "\"actor\":\"nobody\"", 1);
    assert_eq!(report(&changed).unwrap().findings[0].row, Some(1));
    let lines: Vec<&str> = text.lines().collect();
    let without = |gone: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| *line);
        kept.collect::<Vec<_>>().join("\n")
    };
    for (gone, line) in lines.iter().enumerate() {
        match report(&without(gone)) {
            Ok(report) => assert!(!report.intact, "{line}: {report}"),
            Err(reason) => assert!(gone == 0 && reason.contains("line 1"), "{reason}"),
        }
    }
    for exchanged in 1..lines.len() {
        let mut other = lines.clone();
        other.swap(exchanged - 1, exchanged);
        let found = report(&other.join("\n"));
        assert!(found.is_err() || !found.unwrap().intact, "{}", lines[exchanged]);
    }
    assert!(report("").is_ok_and(|report| !report.intact));
    assert!(report("{}\n").unwrap_err().starts_with("line 1 is no record"));
    assert!(report(&text.replace("\"console\"", "\"raptor-api\"")).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_was_cut_in_the_middle_accuses_nobody() {
    let book = Book::with_seals(1).await;
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own"), folder.path().join("other"));
    let text = String::from_utf8(exported(&book).await).unwrap();
    std::fs::write(&own, &text).unwrap();
    let theirs = text.replace("\"console\"", "\"raptor-api\"");
    let run = async |theirs: &str| {
        std::fs::write(&other, theirs).unwrap();
        let (export, other) = (Some(own.clone()), Some(other.clone()));
        let (checkpoints, public_key) = (Vec::new(), Vec::new());
        let verify = Verify { export, checkpoints, other, public_key, json: false };
        let settings = AuditSettings::default();
        command::run(AuditCommand::Verify(verify), &super::book::LOG, &settings, None).await
    };
    assert!(run(&theirs).await.unwrap());
    let half = theirs.lines().next().unwrap();
    let refused = run(half).await.unwrap_err();
    assert!(refused.to_string().contains("the end of the export is missing"), "{refused}");
    assert_eq!(refused.status(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_exchanged_over_one_connection_and_in_the_time_of_one() {
    let book = Book::with_seals(1).await;
    let heads = Heads::new(book.pool.clone());
    let theirs = format!("7:{}", "ab".repeat(32));
    let ours = heads.exchange(Some(theirs.as_bytes())).await.unwrap();
    assert_eq!(ours.number, 1);
    assert_eq!(book.database.count("audit_peer_heads WHERE number = 7").await, 1);
    // What cannot be kept does not keep ours back.
    let locked = book.begin("LOCK audit_peer_heads").await;
    assert_eq!(heads.exchange(Some(theirs.as_bytes())).await, Some(ours));
    drop(locked);
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(book.pool.get().await.unwrap());
    }
    let begun = std::time::Instant::now();
    assert_eq!(heads.exchange(Some(theirs.as_bytes())).await, None);
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_millis(900), "{took:?}");
}
