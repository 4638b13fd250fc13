//! Tombstones: which month of a log was removed when its time was over, signed. The seals of the
//! month stay, so the chain still verifies; a tombstone says why their rows are gone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::chain::Seal;
use super::checkpoint::Signature;
use super::encoding::Encoder;
use super::key::{PublicKey, SigningKey};
use super::record::hex_hash;

/// A tombstone: a row of `audit_tombstones`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The first day of the month, in UTC.
    pub month: NaiveDate,
    /// What was removed.
    #[serde(flatten)]
    pub seals: Seals,
    /// When the removing transaction began.
    pub removed_at: DateTime<Utc>,
    /// Which key signed: [`PublicKey::id`].
    pub key_id: String,
    /// The signature over all of this and the name of the service, in unpadded base64url.
    pub signature: String,
}

/// What the seals of a month add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seals {
    /// The number of the first.
    pub first_seal: i64,
    /// The number of the last. Seals between the two may be of other months.
    pub last_seal: i64,
    /// How many there are.
    #[serde(rename = "seals")]
    pub count: i64,
    /// How many rows they held.
    pub rows: i64,
    /// SHA-256 over the number and the hash of each, in the order of the numbers.
    #[serde(with = "hex_hash")]
    pub seals_hash: Hash,
}

/// Seals, one after the other, on their way to [`Seals`].
#[derive(Debug, Clone, Default)]
pub(super) struct Sum {
    seals: Vec<(i64, Hash)>,
    rows: i64,
}

impl Sum {
    /// The next one.
    pub(super) fn add(&mut self, seal: &Seal) {
        self.seals.push((seal.number, seal.hash));
        self.rows += i64::from(seal.row_count);
    }

    /// What they add up to; nothing where there is none.
    pub(super) fn seals(&self) -> Option<Seals> {
        let start = Encoder::new("raxx audit removed seals v1");
        let add =
            |encoder: Encoder, (number, hash): &(i64, Hash)| encoder.number(*number).bytes(hash);
        Some(Seals {
            first_seal: self.seals.first()?.0,
            last_seal: self.seals.last()?.0,
            count: i64::try_from(self.seals.len()).unwrap_or(i64::MAX),
            rows: self.rows,
            seals_hash: self.seals.iter().fold(start, add).hash(),
        })
    }
}

impl Tombstone {
    /// Signs that these seals are all of the month, and that their rows are removed.
    #[must_use]
    pub fn sign(
        service: &str,
        month: NaiveDate,
        seals: Seals,
        removed_at: DateTime<Utc>,
        key: &SigningKey,
    ) -> Self {
        let key_id = key.public_key().id();
        let mut tombstone = Self { month, seals, removed_at, key_id, signature: String::new() };
        tombstone.signature = Self::text_of(&key.sign(&tombstone.message(service)));
        tombstone
    }

    /// What is signed: all but the signature.
    fn message(&self, service: &str) -> Vec<u8> {
        Encoder::new("raxx audit tombstone v1")
            .text(service)
            .text(&self.month.to_string())
            .number(self.seals.first_seal)
            .number(self.seals.last_seal)
            .number(self.seals.count)
            .number(self.seals.rows)
            .bytes(&self.seals.seals_hash)
            .number(self.removed_at.timestamp_micros())
            .text(&self.key_id)
            .into_bytes()
    }

    /// A signature's bytes as text.
    pub(super) fn text_of(signature: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(signature)
    }

    /// The signature's bytes; none where the text is no base64url.
    pub(super) fn signature_bytes(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(&self.signature).unwrap_or_default()
    }

    /// Whether one of `keys` signed it, for the log of `service`.
    #[must_use]
    pub fn judge(&self, service: &str, keys: &[PublicKey]) -> Signature {
        let Some(key) = keys.iter().find(|key| key.id() == self.key_id) else {
            return Signature::Unchecked;
        };
        match key.verify(&self.message(service), &self.signature_bytes()) {
            true => Signature::Good,
            false => Signature::Bad,
        }
    }

    /// Whether it says that the rows of this seal are gone.
    #[must_use]
    pub fn covers(&self, seal: &Seal) -> bool {
        let range = self.seals.first_seal..=self.seals.last_seal;
        seal.month == self.month && range.contains(&seal.number)
    }

    /// The month, as in 2024-10.
    #[must_use]
    pub fn month_text(&self) -> String {
        month_text(self.month)
    }
}

/// A month, as in 2024-10.
#[must_use]
pub fn month_text(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Setting as _;

    #[test]
    fn every_member_is_signed_and_so_is_the_service() {
        let key = SigningKey::parse(&"07".repeat(32)).unwrap();
        let keys = [key.public_key()];
        let month = NaiveDate::from_ymd_opt(2024, 10, 1).unwrap();
        let seals = Seals { first_seal: 3, last_seal: 7, count: 2, rows: 12, seals_hash: [9; 32] };
        let good = Tombstone::sign("console", month, seals, DateTime::UNIX_EPOCH, &key);
        assert_eq!(good.judge("console", &keys), Signature::Good);
        assert_eq!(good.judge("raptor-api", &keys), Signature::Bad);
        assert_eq!(good.judge("console", &[]), Signature::Unchecked);
        let changes: [fn(&mut Tombstone); 8] = [
            |it| it.month = NaiveDate::from_ymd_opt(2024, 11, 1).unwrap(),
            |it| it.seals.first_seal = 2,
            |it| it.seals.last_seal = 8,
            |it| it.seals.count = 3,
            |it| it.seals.rows = 13,
            |it| it.seals.seals_hash = [8; 32],
            |it| it.removed_at += chrono::TimeDelta::microseconds(1),
            |it| it.signature = "AA".to_owned(),
        ];
        for change in changes {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.judge("console", &keys), Signature::Bad, "{bad:?}");
        }
    }
}
