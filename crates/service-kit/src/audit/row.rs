//! What a row says, in one form.

use std::collections::BTreeMap;

use super::encoding::Encoder;
use super::{Hash, OCCURRED_AT};

/// The columns of a row but its id, by name: text as it is, `jsonb` in its canonical form
/// ([`super::json`]), `occurred_at` in microseconds since 1970 (or `Infinity`, `-Infinity`). A
/// missing value is `None`, which differs from an empty text.
pub type Cells = BTreeMap<String, Option<String>>;

/// SHA-256 of what a row says. The id is left out, so that a row whose contents stand in another
/// row's place is known by its digest.
#[must_use]
pub fn digest(cells: &Cells) -> Hash {
    let start = Encoder::new("raxx audit row v1");
    let encoder = cells.iter().fold(start, |encoder, (name, value)| {
        encoder.text(name).optional(value.as_deref().map(str::as_bytes))
    });
    encoder.hash()
}

/// When a row says that it happened, in microseconds since 1970. A time without end is the
/// earliest or the latest there is.
#[must_use]
pub fn occurred_at(cells: &Cells) -> Option<i64> {
    match cells.get(OCCURRED_AT)?.as_deref()? {
        "-Infinity" => Some(i64::MIN),
        "Infinity" => Some(i64::MAX),
        micros => micros.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::audit::json;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3_i64..30).prop_map(Value::from),
            "[a:,\"0-1\\\\]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a:,\"]{0,2}", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn text() -> impl Strategy<Value = Option<String>> {
        prop::option::of("[ab:,\0]{0,2}")
    }

    /// The same rows as texts and as values.
    fn row() -> impl Strategy<Value = (Cells, (Vec<Option<String>>, Value))> {
        (prop::collection::vec(text(), 3), value()).prop_map(|(texts, value)| {
            let mut cells: Cells = ["actor", "target", "target_id"]
                .into_iter()
                .zip(&texts)
                .map(|(name, text)| (name.to_owned(), text.clone()))
                .collect();
            cells.insert("payload".to_owned(), Some(json::canonical(&value.to_string())));
            (cells, (texts, value))
        })
    }

    #[test]
    fn two_rows_that_differ_have_two_digests() {
        let mut seen: HashMap<Hash, (Vec<Option<String>>, Value)> = HashMap::new();
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            cases: 6_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let seen = std::cell::RefCell::new(&mut seen);
        runner
            .run(&row(), |(cells, meaning)| {
                if let Some(other) = seen.borrow_mut().insert(digest(&cells), meaning.clone()) {
                    prop_assert_eq!(other, meaning);
                }
                Ok(())
            })
            .unwrap();
        assert!(seen.borrow().len() > 3_000, "{}", seen.borrow().len());
    }

    #[test]
    fn nothing_is_not_an_empty_text() {
        let row = |value: Option<&str>| Cells::from([("actor".to_owned(), value.map(Into::into))]);
        assert_ne!(digest(&row(None)), digest(&row(Some(""))));
    }
}
