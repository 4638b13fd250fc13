//! No secret stands anywhere in plain text: not in a database, not in Redis, not in a log.

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{Context as _, Failure};
use crate::notes::Violation;

/// A text that is searched.
#[derive(Debug)]
pub(crate) struct Haystack {
    /// What it is.
    pub(crate) name: String,
    /// All of it.
    pub(crate) text: String,
}

/// The secrets that stand in one of the texts, each named once a text.
///
/// A secret is known by its last part, behind the last full stop: of a token that is the
/// signature, without which the rest is worth nothing. It is also looked for in hexadecimal, as
/// a database shows bytes.
pub(crate) fn leaks(haystacks: &[Haystack], secrets: &[(&'static str, String)]) -> Vec<Violation> {
    let mut known: BTreeMap<String, &'static str> = BTreeMap::new();
    for (kind, secret) in secrets {
        let part = secret.rsplit('.').next().unwrap_or_default();
        known.insert(hex::encode(part), kind);
        known.insert(hex::encode(secret), kind);
        known.insert(part.to_owned(), kind);
    }
    let mut found = BTreeSet::new();
    for haystack in haystacks {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for (number, line) in haystack.text.lines().enumerate() {
            for word in line.split(|c: char| !is_part(c)) {
                // Postgres writes bytes as \x….
                let bytes = word.strip_prefix('x').unwrap_or(word);
                let kind = known.get(word).or_else(|| known.get(bytes));
                if let Some(kind) = kind {
                    let place = format!("{kind} stands in {}", haystack.name);
                    found.insert((place, number + 1));
                }
            }
        }
    }
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, line) in found {
        places.entry(place).or_default().push(line);
    }
    let words = |(place, lines): (String, Vec<usize>)| {
        format!("{place}, {} times, first in line {}", lines.len(), lines.first().unwrap_or(&0))
    };
    places
        .into_iter()
        .map(|place| Violation { invariant: "secret-in-plain-text", words: words(place) })
        .collect()
}

/// Everything that stands in a Redis.
pub(crate) async fn redis(url: &str) -> Result<String, Failure> {
    let client = redis::Client::open(url).could_not("reach Redis")?;
    let mut connection =
        client.get_multiplexed_async_connection().await.could_not("reach Redis")?;
    let keys: Vec<String> =
        redis::cmd("KEYS").arg("*").query_async(&mut connection).await.could_not("ask Redis")?;
    let mut text = String::new();
    for key in keys {
        let value: Result<Option<String>, _> =
            redis::cmd("GET").arg(&key).query_async(&mut connection).await;
        let value = value.ok().flatten().unwrap_or_default();
        text.push_str(&format!("{key} {value}\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        let haystack = Haystack { name: "a log".to_owned(), text: text.to_owned() };
        let secrets = [("a token", "head.payload.signature-1".to_owned())];
        leaks(&[haystack], &secrets).len()
    }

    #[test]
    fn a_secret_is_found_whole_in_part_and_in_hexadecimal() {
        assert_eq!(found("GET /walkthrough?token=head.payload.signature-1 200"), 1);
        assert_eq!(found("{\"cut\":\"ad.signature-1\"}"), 1);
        assert_eq!(found(&format!("(1,\"\\\\x{}\")", hex::encode("signature-1"))), 1);
    }

    #[test]
    fn what_only_begins_like_a_secret_is_none() {
        assert_eq!(found("head.payload.signature-12 signature head.payload"), 0);
    }
}
