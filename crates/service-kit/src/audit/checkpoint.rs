//! Checkpoints: what the chain's head was at a time, signed, so that it counts wherever it is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::encoding::Encoder;
use super::key::{PublicKey, SigningKey};
use super::record::hex_hash;

/// The message of the log line that a checkpoint leaves in.
pub const MESSAGE: &str = "audit checkpoint";

/// A checkpoint, as it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose log.
    pub service: String,
    /// The number of its newest seal.
    pub seal: i64,
    /// That seal's hash.
    #[serde(with = "hex_hash")]
    pub hash: Hash,
    /// When it was made.
    pub sealed_at: DateTime<Utc>,
    /// How many rows all seals hold together.
    pub rows: i64,
    /// Which key signed: [`PublicKey::id`].
    pub key_id: String,
    /// The signature over all of this, in unpadded base64url.
    pub signature: String,
}

/// The newest seal, as far as a checkpoint tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seal: i64,
    /// Its hash.
    pub hash: Hash,
    /// When it was made.
    pub sealed_at: DateTime<Utc>,
    /// How many rows all seals hold together.
    pub rows: i64,
}

/// What became of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It is the key's.
    Good,
    /// A key of this name is at hand, and did not sign this.
    Bad,
    /// No key of this name is at hand.
    Unchecked,
}

impl Checkpoint {
    /// Signs that `head` is the newest seal of `service`.
    #[must_use]
    pub fn sign(service: &str, head: Head, key: &SigningKey) -> Self {
        let Head { seal, hash, sealed_at, rows } = head;
        let mut checkpoint = Self {
            service: service.to_owned(),
            seal,
            hash,
            sealed_at,
            rows,
            key_id: key.public_key().id(),
            signature: String::new(),
        };
        checkpoint.signature = URL_SAFE_NO_PAD.encode(key.sign(&checkpoint.message()));
        checkpoint
    }

    /// What is signed: all but the signature.
    fn message(&self) -> Vec<u8> {
        Encoder::new("raxx audit checkpoint v1")
            .text(&self.service)
            .number(self.seal)
            .bytes(&self.hash)
            .number(self.sealed_at.timestamp_micros())
            .number(self.rows)
            .text(&self.key_id)
            .into_bytes()
    }

    /// Whether one of `keys` signed it.
    #[must_use]
    pub fn judge(&self, keys: &[PublicKey]) -> Signature {
        let Some(key) = keys.iter().find(|key| key.id() == self.key_id) else {
            return Signature::Unchecked;
        };
        let signature = URL_SAFE_NO_PAD.decode(&self.signature).unwrap_or_default();
        match key.verify(&self.message(), &signature) {
            true => Signature::Good,
            false => Signature::Bad,
        }
    }

    /// The checkpoint in a line, if it holds one: the JSON itself, a JSON log line with it in its
    /// field `checkpoint`, or any text with it inside, such as a log line with something in front.
    #[must_use]
    pub fn find(line: &str) -> Option<Self> {
        if let Ok(found) = serde_json::from_str(line) {
            return Some(found);
        }
        line.match_indices('{').find_map(|(at, _)| {
            let mut values = serde_json::Deserializer::from_str(line.get(at..)?).into_iter();
            let value: serde_json::Value = values.next()?.ok()?;
            let inner = match value.get("checkpoint") {
                Some(serde_json::Value::String(text)) => serde_json::from_str(text).ok()?,
                Some(inner) => inner.clone(),
                None => value,
            };
            serde_json::from_value(inner).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Setting as _;

    fn signed() -> (Checkpoint, SigningKey) {
        let key = SigningKey::parse(&"07".repeat(32)).unwrap();
        let head = Head {
            seal: 7,
            hash: [9; 32],
            sealed_at: DateTime::from_timestamp_micros(1_750_000_000_123_456).unwrap(),
            rows: 40,
        };
        let checkpoint = Checkpoint::sign("console", head, &key);
        (checkpoint, key)
    }

    #[test]
    fn every_member_is_signed() {
        let (good, key) = signed();
        let keys = [key.public_key()];
        assert_eq!(good.judge(&keys), Signature::Good);
        assert_eq!(good.judge(&[]), Signature::Unchecked);
        let changes: [fn(&mut Checkpoint); 6] = [
            |it| it.service = "raptor-api".to_owned(),
            |it| it.seal = 8,
            |it| it.hash = [8; 32],
            |it| it.sealed_at += chrono::TimeDelta::microseconds(1),
            |it| it.rows = 41,
            |it| it.signature = "AA".to_owned(),
        ];
        for change in changes {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.judge(&keys), Signature::Bad, "{bad:?}");
        }
    }

    #[test]
    fn a_checkpoint_is_found_in_the_lines_that_it_leaves_in() {
        let (checkpoint, _) = signed();
        let json = serde_json::to_string(&checkpoint).unwrap();
        let line = serde_json::json!({"level": "INFO", "checkpoint": json, "message": MESSAGE});
        for line in [
            json.clone(),
            line.to_string(),
            format!("2026-06-12T10:00:00Z app[web.1]: {line}"),
            format!("2026-06-12T10:00:00Z  INFO audit checkpoint checkpoint={json} {{x"),
        ] {
            assert_eq!(Checkpoint::find(&line).as_ref(), Some(&checkpoint), "{line}");
        }
        for other in ["", "{}", "{{{", r#"{"checkpoint": "no"}"#, "listening"] {
            assert_eq!(Checkpoint::find(other), None);
        }
    }
}
