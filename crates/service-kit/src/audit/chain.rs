//! Seals: each hashes the one before it and the digests of its rows.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::encoding::Encoder;
use super::record::{hex_hash, hex_hash_option};

/// What stands in front of the first seal.
pub const GENESIS: Hash = [0; 32];

/// A seal: a row of `audit_seals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// 1, 2, 3 and so on.
    pub number: i64,
    /// The hash of the seal before it, or [`GENESIS`].
    #[serde(with = "hex_hash")]
    pub previous: Hash,
    /// The hash of this seal.
    #[serde(with = "hex_hash")]
    pub hash: Hash,
    /// The first day of the month, in UTC, of all its rows.
    pub month: NaiveDate,
    /// How many rows it holds.
    pub row_count: i32,
    /// How many rows it and all before it hold.
    pub total_rows: i64,
    /// The least id of its rows.
    pub first_row: i64,
    /// The greatest.
    pub last_row: i64,
    /// See [`rows_root`].
    #[serde(with = "hex_hash")]
    pub rows_root: Hash,
    /// The newest seal of the other service that this one had heard of.
    pub peer_number: Option<i64>,
    /// Its hash.
    #[serde(with = "hex_hash_option")]
    pub peer_hash: Option<Hash>,
    /// What was committed when it was made, and happened before this time, is sealed by now.
    pub settled_until: DateTime<Utc>,
    /// When the sealing transaction began.
    pub sealed_at: DateTime<Utc>,
}

impl Seal {
    /// What its hash must be in the log of `service`.
    #[must_use]
    pub fn computed_hash(&self, service: &str) -> Hash {
        let peer = self.peer_number.map(i64::to_be_bytes);
        Encoder::new("raxx audit seal v1")
            .text(service)
            .number(self.number)
            .bytes(&self.previous)
            .text(&self.month.to_string())
            .number(i64::from(self.row_count))
            .number(self.total_rows)
            .number(self.first_row)
            .number(self.last_row)
            .bytes(&self.rows_root)
            .optional(peer.as_ref().map(<[u8; 8]>::as_slice))
            .optional(self.peer_hash.as_ref().map(<[u8; 32]>::as_slice))
            .number(self.settled_until.timestamp_micros())
            .number(self.sealed_at.timestamp_micros())
            .hash()
    }
}

/// SHA-256 over the id and the digest of each row, in the order given: that of the ids.
pub fn rows_root<'a>(rows: impl IntoIterator<Item = (i64, &'a Hash)>) -> Hash {
    let start = Encoder::new("raxx audit rows v1");
    let add = |encoder: Encoder, (id, digest): (i64, &Hash)| encoder.number(id).bytes(digest);
    rows.into_iter().fold(start, add).hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal {
            number: 2,
            previous: [1; 32],
            hash: [0; 32],
            month: NaiveDate::from_ymd_opt(2026, 6, 1).unwrap(),
            row_count: 3,
            total_rows: 5,
            first_row: 3,
            last_row: 7,
            rows_root: [2; 32],
            peer_number: None,
            peer_hash: None,
            settled_until: DateTime::UNIX_EPOCH,
            sealed_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn every_member_of_a_seal_is_in_its_hash() {
        let changes: [fn(&mut Seal); 12] = [
            |_| (),
            |seal| seal.number = 3,
            |seal| seal.previous = [0; 32],
            |seal| seal.month = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap(),
            |seal| seal.row_count = 2,
            |seal| seal.total_rows = 6,
            |seal| (seal.first_row, seal.last_row) = (2, 7),
            |seal| seal.last_row = 8,
            |seal| seal.rows_root = [3; 32],
            |seal| (seal.peer_number, seal.peer_hash) = (Some(1), Some([0; 32])),
            |seal| seal.settled_until += chrono::TimeDelta::microseconds(1),
            |seal| seal.sealed_at += chrono::TimeDelta::microseconds(1),
        ];
        let hashes: std::collections::BTreeSet<Hash> = changes
            .iter()
            .map(|change| {
                let mut seal = seal();
                change(&mut seal);
                seal.computed_hash("console")
            })
            .chain([seal().computed_hash("raptor-api")])
            .collect();
        assert_eq!(hashes.len(), 13);
    }

    #[test]
    fn a_root_depends_on_the_order_and_the_ids() {
        let (one, two) = ([1; 32], [2; 32]);
        let root = |rows: [(i64, &Hash); 2]| rows_root(rows);
        let usual = root([(1, &one), (2, &two)]);
        assert_ne!(usual, root([(1, &two), (2, &one)]));
        assert_ne!(usual, root([(1, &one), (3, &two)]));
        assert_ne!(usual, root([(2, &two), (1, &one)]));
    }
}
