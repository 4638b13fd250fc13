//! What the fuzzer kept is fed again.

use std::path::{Path, PathBuf};

use super::{TARGETS, find, seed};

/// As much as a clone should carry, in bytes and files a target.
const MOST_BYTES: u64 = 100_000;
const MOST_FILES: usize = 99;

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

fn files(target: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus(target)).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_the_fuzzer_kept_breaks_no_promise() {
    for target in TARGETS {
        for file in files(target.name) {
            let bytes = std::fs::read(&file).unwrap();
            let fed = std::panic::catch_unwind(|| (target.feed)(&bytes));
            assert!(fed.is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn the_inputs_that_the_fuzzer_starts_from_break_no_promise() {
    for target in TARGETS {
        let seeds = seed::of(target.name);
        assert!(!seeds.is_empty(), "{}", target.name);
        seeds.iter().for_each(|bytes| (target.feed)(bytes));
    }
    assert!(seed::of("nothing").is_empty());
}

#[test]
fn every_target_has_a_corpus_of_its_own_that_stays_small() {
    for target in TARGETS {
        let files = files(target.name);
        let bytes: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
        assert!((1..=MOST_FILES).contains(&files.len()), "{}: {}", target.name, files.len());
        assert!(bytes <= MOST_BYTES, "{}: {bytes} bytes", target.name);
        assert_eq!(find(target.name).map(|found| found.longest), Some(target.longest));
    }
    assert_eq!(std::fs::read_dir(corpus("")).unwrap().count(), TARGETS.len());
}

#[test]
fn no_input_of_a_few_bytes_breaks_a_promise() {
    for target in TARGETS {
        (target.feed)(&[]);
        for byte in 0..=255 {
            (target.feed)(&[byte]);
            (target.feed)(&[byte; 300]);
        }
    }
}
