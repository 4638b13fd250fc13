//! Client data (WebAuthn Level 3, section 5.8.1), read strictly.

use ghost_contracts::object;
use serde::Deserialize;

use super::CeremonyError;

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default, deserialize_with = "present")]
    top_origin: bool,
}

/// Whether a member is there, whatever its value: `null` too.
fn present<'de, D: serde::Deserializer<'de>>(member: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(member).map(|_| true)
}

/// Checks steps 5 to 11 of section 7.1 (10 to 14 of 7.2): the kind of ceremony, the challenge
/// and the origin to the letter, and that no frame of another origin was involved. Client data is
/// one JSON object; an array with the same values in the members' order is none.
///
/// # Errors
/// What did not match.
pub fn check(
    json: &[u8],
    kind: &'static str,
    challenge: &str,
    origin: &str,
) -> Result<(), CeremonyError> {
    let data: ClientData =
        object::from_slice(json).map_err(|_| CeremonyError::Malformed("client data"))?;
    if data.kind != kind {
        return Err(CeremonyError::Refused("client data of another kind of ceremony"));
    }
    if data.challenge != challenge {
        return Err(CeremonyError::Refused("another challenge"));
    }
    if data.origin != origin {
        return Err(CeremonyError::Refused("another origin"));
    }
    if data.cross_origin == Some(true) {
        return Err(CeremonyError::Refused("a cross-origin ceremony"));
    }
    if data.top_origin {
        return Err(CeremonyError::Refused("a ceremony inside another site's page"));
    }
    Ok(())
}
