//! What a log holds, one record after the other: as it is read from the database, and as it
//! stands, a JSON object a line, in an export.
//!
//! First comes the [`Record::Log`], then checkpoints, heads and tombstones, then each seal with its rows
//! behind it, then what is in no seal, then the [`Record::End`]. So a log of any length is verified
//! in little memory.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::chain::Seal;
use super::row::Cells;
use super::tombstone::Tombstone;

/// The version of an export.
pub const VERSION: u32 = 1;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record {
    /// The first: whose log it is, and when it was read.
    Log {
        /// The service.
        service: String,
        /// [`VERSION`].
        version: u32,
        /// The database's time.
        read_at: DateTime<Utc>,
        /// The last id that was given out, where that may be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_id: Option<i64>,
    },
    /// A checkpoint that left, as it left.
    Checkpoint {
        /// A line of JSON.
        checkpoint: String,
    },
    /// A seal of the other service that this one heard of.
    PeerHead {
        /// Its number there.
        number: i64,
        /// Its hash there.
        #[serde(with = "hex_hash")]
        hash: Hash,
        /// When it was first named.
        seen_at: DateTime<Utc>,
    },
    /// A month that was removed.
    Tombstone(Tombstone),
    /// A seal; its rows follow.
    Seal(Seal),
    /// A row of a seal.
    Row {
        /// Its id.
        id: i64,
        /// The seal's number.
        seal: i64,
        /// What the row's digest was when it was sealed.
        #[serde(with = "hex_hash")]
        digest: Hash,
        /// What the row says now; nothing where it is gone.
        cells: Option<Cells>,
    },
    /// A row that is in no seal.
    Loose {
        /// Its id.
        id: i64,
        /// Why.
        standing: Standing,
        /// What it says; nothing where only the note is left that it waits.
        cells: Option<Cells>,
    },
    /// Rows that name a seal which is not there.
    Orphans {
        /// The seal.
        seal: i64,
        /// The least id of its rows.
        first_row: i64,
        /// How many rows name it.
        rows: i64,
    },
    /// The last: without it an export was cut.
    End,
}

/// Where a row stands that is in no seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It waits for its seal.
    Waiting,
    /// It waits although a seal holds it.
    SealedAndWaiting,
    /// It does not wait either, so it was not written by an honest INSERT.
    Unknown,
}

pub(super) mod hex_hash {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::audit::Hash;

    pub fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(hash))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_hash(&text).ok_or_else(|| D::Error::custom("no SHA-256 in hex"))
    }
}

pub(super) mod hex_hash_option {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::audit::Hash;

    pub fn serialize<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => serializer.serialize_some(&hex::encode(hash)),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Hash>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let parse = |text: String| {
            super::parse_hash(&text).ok_or_else(|| D::Error::custom("no SHA-256 in hex"))
        };
        text.map(parse).transpose()
    }
}

/// 64 hex digits, in lower case.
pub(super) fn parse_hash(text: &str) -> Option<Hash> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    Some(hash)
}
