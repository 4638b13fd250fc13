//! What authenticators and browsers make (WebAuthn Level 3, sections 5.8.1, 6.1 and 6.5.4), as
//! read by our own strict reading. The library's reading is compared where it can be.

use ghost_contracts::object;
use serde_json::Value;
use service_kit::passkey::authenticator_data::{AuthenticatorData, Ceremony, parse};
use service_kit::passkey::{attestation, client_data as strict};
use webauthn_rs_core::internals::AuthenticatorData as TheirData;
use webauthn_rs_core::proto::{Authentication, CollectedClientData, Registration};

/// The challenge that client data has to name.
pub(crate) const CHALLENGE: &str = "fH_FaauLaUZrjx4OYk7fH_FaauLaUZrjx4OYk7fH_Fa";
/// The origin that client data has to name.
pub(crate) const ORIGIN: &str = "https://raxx.example";

/// Client data of a registration.
pub(crate) fn client_data(data: &[u8]) {
    if strict::check(data, "webauthn.create", CHALLENGE, ORIGIN).is_err() {
        return;
    }
    let read: Value = object::from_slice(data).expect("client data is one JSON object");
    assert_eq!(read["type"], "webauthn.create");
    assert_eq!(read["challenge"], CHALLENGE);
    assert_eq!(read["origin"], ORIGIN);
    assert_ne!(read["crossOrigin"], true);
    assert!(read.get("topOrigin").is_none());
    if let Ok(theirs) = serde_json::from_slice::<CollectedClientData>(data) {
        assert_eq!(theirs.type_, "webauthn.create");
        assert_eq!(theirs.origin.origin().ascii_serialization(), ORIGIN);
        assert_ne!(theirs.cross_origin, Some(true));
    }
}

/// Authenticator data of either ceremony.
pub(crate) fn authenticator_data(data: &[u8]) {
    if let Ok(read) = parse(data, Ceremony::Registration) {
        hold(&read, data, Ceremony::Registration);
        let length = read.credential_id.as_ref().map_or(0, Vec::len);
        assert!((1..=1023).contains(&length));
        assert_eq!(read.credential_id.as_deref(), data.get(55..55 + length));
        if let Ok(theirs) = TheirData::<Registration>::try_from(data) {
            assert!(theirs.acd.is_some());
            assert_eq!(theirs.counter, read.sign_count);
            assert_eq!(theirs.backup_eligible, read.backup_eligible);
            assert_eq!(theirs.backup_state, read.backed_up);
        }
    }
    if let Ok(read) = parse(data, Ceremony::Authentication) {
        hold(&read, data, Ceremony::Authentication);
        assert_eq!(read.credential_id, None);
        if let Ok(theirs) = TheirData::<Authentication>::try_from(data) {
            assert!(theirs.acd.is_none());
            assert_eq!(theirs.counter, read.sign_count);
            assert!(theirs.user_present && theirs.user_verified);
        }
    }
}

/// What holds of both ceremonies: the flags as they stand, and not a byte more or less.
fn hold(read: &AuthenticatorData, data: &[u8], ceremony: Ceremony) {
    let flags = data.get(32).copied().unwrap_or_default();
    assert_eq!(flags & 0x05, 0x05, "the user was not there, or not verified");
    assert_eq!(flags & 0x40 != 0, ceremony == Ceremony::Registration);
    assert_eq!(flags & 0x08 != 0, read.backup_eligible);
    assert_eq!(flags & 0x10 != 0, read.backed_up);
    assert!(read.backup_eligible || !read.backed_up);
    let counter = data.get(33..37).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    assert_eq!(counter, Some(read.sign_count));
    not_a_byte_more_or_less(data, |data| parse(data, ceremony).is_ok());
}

/// An attestation object.
pub(crate) fn attestation_object(data: &[u8]) {
    if let Ok(read) = attestation::check(data) {
        assert!(read.credential_id.is_some());
        not_a_byte_more_or_less(data, |data| attestation::check(data).is_ok());
    }
}

fn not_a_byte_more_or_less(data: &[u8], is_accepted: impl Fn(&[u8]) -> bool) {
    let mut longer = data.to_vec();
    longer.push(0);
    assert!(!is_accepted(&longer), "a byte more is accepted");
    assert!(!data.split_last().is_some_and(|(_, less)| is_accepted(less)), "a byte less, too");
}
