//! What was promised: every answer that the services must stand by, every secret that must stay
//! one, and what was seen to be wrong at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Which invariant, in one word with hyphens.
    pub invariant: &'static str,
    /// What is wrong, in words, with the rows.
    pub words: String,
}

/// What the actors of one run have seen. They share it.
#[derive(Debug)]
pub(crate) struct Notes {
    began: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    counts: BTreeMap<&'static str, u64>,
    violations: Vec<Violation>,
    promises: BTreeMap<&'static str, Vec<Value>>,
    secrets: BTreeSet<(&'static str, String)>,
    testers: Vec<(i64, String)>,
    remarks: BTreeMap<String, u64>,
}

/// How many kinds of oddities are told.
const REMARKS: usize = 30;

impl Notes {
    /// Nothing is noted yet, and the clock begins.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), inner: Mutex::default() }
    }

    /// How many milliseconds ago that was.
    pub(crate) fn clock(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was done once more.
    pub(crate) fn count(&self, what: &'static str) {
        *self.inner().counts.entry(what).or_default() += 1;
    }

    /// How often each thing was done.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.inner().counts.clone()
    }

    /// Something is wrong.
    pub(crate) fn violation(&self, invariant: &'static str, words: impl Into<String>) {
        self.inner().violations.push(Violation { invariant, words: words.into() });
    }

    /// All that is wrong so far.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.inner().violations.clone()
    }

    /// Something is odd, though nothing is broken by it.
    pub(crate) fn remark(&self, words: String) {
        let remarks = &mut self.inner().remarks;
        if remarks.len() < REMARKS || remarks.contains_key(&words) {
            *remarks.entry(words).or_default() += 1;
        }
    }

    /// What was odd, and how often.
    pub(crate) fn remarks(&self) -> BTreeMap<String, u64> {
        self.inner().remarks.clone()
    }

    /// A service has answered that something is so.
    pub(crate) fn promise(&self, what: &'static str, promised: Value) {
        self.count(what);
        self.inner().promises.entry(what).or_default().push(promised);
    }

    /// All promises of one kind, as a JSON array.
    pub(crate) fn promised(&self, what: &str) -> Value {
        json!(self.inner().promises.get(what).cloned().unwrap_or_default())
    }

    /// A text that may stand nowhere.
    pub(crate) fn secret(&self, kind: &'static str, text: &str) {
        self.inner().secrets.insert((kind, text.to_owned()));
    }

    /// All of those.
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        self.inner().secrets.iter().cloned().collect()
    }

    /// A tester whom others may meddle with.
    pub(crate) fn tester(&self, id: i64, email: &str) {
        let mut inner = self.inner();
        if !inner.testers.iter().any(|(known, _)| *known == id) {
            inner.testers.push((id, email.to_owned()));
        }
    }

    /// All testers that are known.
    pub(crate) fn testers(&self) -> Vec<(i64, String)> {
        self.inner().testers.clone()
    }
}
