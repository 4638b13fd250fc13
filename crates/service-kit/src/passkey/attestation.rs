//! The attestation object (WebAuthn Level 3, section 6.5.4): `none` with an empty statement, or
//! a `packed` self attestation; nothing else is taken.

use ciborium::Value;

use super::CeremonyError;
use super::authenticator_data::{AuthenticatorData, Ceremony, cbor_item, parse};

/// Checks the object's shape and gives what its authenticator data says. Whether a self
/// attestation's signature is right is for the library to verify.
///
/// # Errors
/// What was wrong.
pub fn check(object: &[u8]) -> Result<AuthenticatorData, CeremonyError> {
    let mut rest = object;
    let Value::Map(members) = cbor_item(&mut rest)? else {
        return Err(CeremonyError::Malformed("an attestation object that is no map"));
    };
    if !rest.is_empty() {
        return Err(CeremonyError::Malformed("bytes after the attestation object"));
    }
    let format = member(&members, "fmt")?.as_text();
    let statement = member(&members, "attStmt")?.as_map();
    let data = member(&members, "authData")?.as_bytes();
    let (Some(format), Some(statement), Some(data), 3) = (format, statement, data, members.len())
    else {
        return Err(CeremonyError::Malformed("an attestation object of another shape"));
    };
    match format {
        "none" if statement.is_empty() => {}
        "none" => return Err(CeremonyError::Refused("a statement with format none")),
        "packed" if is_self_attestation(statement) => {}
        "packed" => return Err(CeremonyError::Refused("packed, but no self attestation")),
        _ => return Err(CeremonyError::Refused("an attestation format we do not take")),
    }
    parse(data, Ceremony::Registration)
}

/// A member that stands there exactly once: a reader that took the first and one that took the
/// last of two would check different things.
fn member<'a>(members: &'a [(Value, Value)], name: &str) -> Result<&'a Value, CeremonyError> {
    let mut found = members.iter().filter(|(key, _)| key.as_text() == Some(name));
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(CeremonyError::Malformed("an attestation object of another shape")),
    }
}

/// `alg` and `sig` alone: with `x5c` it would be a basic attestation (section 8.2).
fn is_self_attestation(statement: &[(Value, Value)]) -> bool {
    statement.len() == 2 && member(statement, "alg").is_ok() && member(statement, "sig").is_ok()
}
