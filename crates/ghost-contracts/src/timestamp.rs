//! How a point in time is written: RFC 3339, UTC, with a `Z` (section 2).
//!
//! For `#[serde(with = "ghost_contracts::timestamp")]` on a `DateTime<Utc>`, and
//! [`option`] on an `Option<DateTime<Utc>>`. A fraction is written where there is one, with
//! three or six digits; what lies below a microsecond is cut off, because Postgres keeps no
//! more and a value must read the same before and after it was stored.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serializer};

/// The text of a point in time, such as `2026-06-12T10:00:00Z`.
#[must_use]
pub fn to_text(at: &DateTime<Utc>) -> String {
    at.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Writes a point in time.
///
/// # Errors
///
/// Those of the format.
pub fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(at))
}

/// Reads a point in time; another offset than `Z` is converted.
///
/// # Errors
///
/// Those of the format, and text that is not RFC 3339.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    DateTime::<Utc>::deserialize(deserializer)
}

/// The same for a point in time that may be null. The member itself must be there.
pub mod option {
    use super::{DateTime, Deserialize, Deserializer, Serializer, Utc};

    /// Writes a point in time or null.
    ///
    /// # Errors
    ///
    /// Those of the format.
    pub fn serialize<S: Serializer>(
        at: &Option<DateTime<Utc>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a point in time or null.
    ///
    /// # Errors
    ///
    /// Those of the format, and text that is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::<DateTime<Utc>>::deserialize(deserializer)
    }
}
