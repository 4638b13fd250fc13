//! Authenticator data (WebAuthn Level 3, section 6.1), read to the last byte.

use ciborium::Value;

use super::CeremonyError;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED_CREDENTIAL: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

/// The longest credential id that may be registered, in bytes (section 7.1, step 25).
const CREDENTIAL_ID_LIMIT: usize = 1023;

/// What the flags and the attested credential say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// Whether the credential may be backed up.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// The signature counter.
    pub sign_count: u32,
    /// The id of the credential that was made; registration alone has one.
    pub credential_id: Option<Vec<u8>>,
}

/// Which ceremony the data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// `webauthn.create`.
    Registration,
    /// `webauthn.get`.
    Authentication,
}

/// Parses the data and checks its flags: user present and verified, never backed up without
/// being eligible, a credential exactly where one belongs, and nothing left over.
///
/// # Errors
/// What was wrong.
pub fn parse(bytes: &[u8], ceremony: Ceremony) -> Result<AuthenticatorData, CeremonyError> {
    let mut rest = bytes;
    take(&mut rest, 32)?;
    let flags = first(take(&mut rest, 1)?)?;
    let counter = take(&mut rest, 4)?;
    let sign_count = counter.iter().fold(0_u32, |count, byte| (count << 8) | u32::from(*byte));
    let has = |flag: u8| flags & flag != 0;
    if !has(USER_PRESENT) || !has(USER_VERIFIED) {
        return Err(CeremonyError::Refused("the user was not present and verified"));
    }
    if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
        return Err(CeremonyError::Refused("backed up but not eligible for backup"));
    }
    let credential_id = match (ceremony, has(ATTESTED_CREDENTIAL)) {
        (Ceremony::Registration, true) => Some(attested_credential(&mut rest)?),
        (Ceremony::Authentication, false) => None,
        (Ceremony::Registration, false) => return Err(CeremonyError::Malformed("no credential")),
        (Ceremony::Authentication, true) => {
            return Err(CeremonyError::Refused("a credential inside an assertion"));
        }
    };
    if has(EXTENSIONS) && !matches!(cbor_item(&mut rest)?, Value::Map(_)) {
        return Err(CeremonyError::Malformed("extensions that are no map"));
    }
    if !rest.is_empty() {
        return Err(CeremonyError::Malformed("bytes after the authenticator data"));
    }
    Ok(AuthenticatorData {
        backup_eligible: has(BACKUP_ELIGIBLE),
        backed_up: has(BACKED_UP),
        sign_count,
        credential_id,
    })
}

fn attested_credential(rest: &mut &[u8]) -> Result<Vec<u8>, CeremonyError> {
    take(rest, 16)?;
    let length = take(rest, 2)?.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    if length == 0 || length > CREDENTIAL_ID_LIMIT {
        return Err(CeremonyError::Refused("a credential id that is empty or over 1023 bytes"));
    }
    let id = take(rest, length)?.to_vec();
    match cbor_item(rest)? {
        Value::Map(key) => check_key(&key).map(|()| id),
        _ => Err(CeremonyError::Malformed("a public key that is no map")),
    }
}

/// COSE labels (RFC 9052, section 7; RFC 9053, section 7.1).
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
/// Which curve an algorithm names (WebAuthn Level 3, section 5.8.5).
const CURVES: [(i64, i64); 2] = [(-7, 1), (-35, 2)];

/// Every label once, and an ECDSA key on its algorithm's own curve.
fn check_key(key: &[(Value, Value)]) -> Result<(), CeremonyError> {
    let repeated = key
        .iter()
        .enumerate()
        .any(|(place, (label, _))| key.iter().take(place).any(|(earlier, _)| earlier == label));
    if repeated {
        return Err(CeremonyError::Malformed("a public key with a doubled label"));
    }
    let number = |label: i64| {
        let found = key.iter().find(|(name, _)| *name == Value::from(label));
        found.and_then(|(_, value)| i64::try_from(value.as_integer()?).ok())
    };
    let wanted = CURVES.iter().find(|(algorithm, _)| number(ALGORITHM) == Some(*algorithm));
    match wanted {
        Some((_, curve)) if number(CURVE) != Some(*curve) => {
            Err(CeremonyError::Refused("a key on another curve than its algorithm's"))
        }
        _ => Ok(()),
    }
}

/// One CBOR item from the front of `rest`.
pub(super) fn cbor_item(rest: &mut &[u8]) -> Result<Value, CeremonyError> {
    ciborium::from_reader(rest).map_err(|_| CeremonyError::Malformed("CBOR"))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], CeremonyError> {
    let (front, back) =
        rest.split_at_checked(count).ok_or(CeremonyError::Malformed("authenticator data"))?;
    *rest = back;
    Ok(front)
}

fn first(bytes: &[u8]) -> Result<u8, CeremonyError> {
    bytes.first().copied().ok_or(CeremonyError::Malformed("authenticator data"))
}
