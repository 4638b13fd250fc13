//! The strict reading of passkeys, for whatever comes in.

use ghost_contracts::credential::{AuthenticationResponseJson, RegistrationResponseJson};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use service_kit::passkey::authenticator_data::{Ceremony, parse};
use service_kit::passkey::{
    NewPasskey, Passkeys, RegistrationState, StoredPasskey, attestation, client_data,
};
use service_kit::settings::{PublicUrl, RelyingPartyId, Setting as _};
use test_support::software_passkey::{Registration, SoftwarePasskey, flags};
use uuid::Uuid;

const ORIGIN: &str = "https://raxx.example";
const HANDLE: Uuid = Uuid::from_u128(7);

fn passkeys() -> Passkeys {
    let public = PublicUrl::parse(ORIGIN).unwrap();
    Passkeys::new(&public, &RelyingPartyId::choose(&public, None).unwrap(), "Raxx").unwrap()
}

fn begin(passkeys: &Passkeys) -> (Value, RegistrationState) {
    passkeys.begin_registration(HANDLE, "ada@example.com", "Ada", Vec::new()).unwrap()
}

fn finish(
    passkeys: &Passkeys,
    registration: &Registration,
    state: &RegistrationState,
) -> Option<NewPasskey> {
    let credential: RegistrationResponseJson =
        serde_json::from_value(registration.build()).unwrap();
    passkeys.finish_registration(&credential, state).ok()
}

#[test]
fn client_data_that_is_not_utf8_is_refused_also_where_nobody_looks() {
    let check = |skipped: &[u8]| {
        let start = format!(r#"{{"type":"webauthn.get","challenge":"c","origin":"{ORIGIN}","x":""#);
        let data = [start.as_bytes(), skipped, b"\"}"].concat();
        client_data::check(&data, "webauthn.get", "c", ORIGIN).is_ok()
    };
    assert!(check("ü".as_bytes()));
    assert!(!check(b"\xff"));
}

#[test]
fn client_data_in_an_array_is_refused() {
    let check = |data: &Value| {
        client_data::check(data.to_string().as_bytes(), "webauthn.create", "c", ORIGIN).is_ok()
    };
    assert!(check(&json!({"type": "webauthn.create", "challenge": "c", "origin": ORIGIN})));
    assert!(!check(&json!(["webauthn.create", "c", ORIGIN])));
    assert!(!check(&json!(["webauthn.create", "c", ORIGIN, false])));
}

#[test]
fn cbor_that_announces_more_than_there_is_costs_nothing() {
    for announced in [
        // An array, a map, bytes and text of 2^60, a text inside of a map.
        [0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0].as_slice(),
        &[0xbb, 0x10, 0, 0, 0, 0, 0, 0, 0],
        &[0x5b, 0x10, 0, 0, 0, 0, 0, 0, 0],
        &[0x7b, 0x10, 0, 0, 0, 0, 0, 0, 0],
        &[0xa1, 0x7b, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x61],
    ] {
        assert!(attestation::check(announced).is_err());
    }
}

#[test]
fn cbor_nested_without_end_is_refused_before_the_stack_is() {
    for opening in [0x81_u8, 0xa1, 0xc1, 0x9f, 0x5f] {
        assert!(attestation::check(&vec![opening; 64 * 1024]).is_err(), "{opening:x}");
        let mut data = vec![0; 32];
        data.extend([flags::UP | flags::UV | flags::ED, 0, 0, 0, 0]);
        data.extend(vec![opening; 64 * 1024]);
        assert!(parse(&data, Ceremony::Authentication).is_err(), "{opening:x}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_good_registration_is_accepted_and_read_as_it_is(
        counter: u32,
        aaguid: [u8; 16],
        credential_id in vec(any::<u8>(), 1..=1023),
        backup in prop::sample::select(vec![0, flags::BE, flags::BE | flags::BS]),
        self_attested: bool,
    ) {
        let passkeys = passkeys();
        let (options, state) = begin(&passkeys);
        let mut registration = SoftwarePasskey::new().registration(&options, ORIGIN);
        registration.counter = counter;
        registration.aaguid = aaguid;
        registration.credential_id.clone_from(&credential_id);
        registration.flags = flags::UP | flags::UV | flags::AT | backup;
        if self_attested {
            registration = registration.self_attested();
        }
        let new = finish(&passkeys, &registration, &state).unwrap();
        prop_assert_eq!(new.credential_id, credential_id);
        prop_assert_eq!(new.sign_count, i64::from(counter));
        prop_assert_eq!((new.backup_eligible, new.backed_up), (backup != 0, backup & flags::BS != 0));
    }

    #[test]
    fn a_byte_more_or_less_is_refused(more in vec(any::<u8>(), 1..9), cut: Index) {
        let (options, _) = begin(&passkeys());
        let registration = SoftwarePasskey::new().registration(&options, ORIGIN);
        let object = registration.attestation_object_bytes();
        prop_assert!(attestation::check(&object).is_ok());
        let cut = object.get(..cut.index(object.len())).unwrap();
        prop_assert!(attestation::check(cut).is_err());
        prop_assert!(attestation::check(&[object.as_slice(), &more].concat()).is_err());
        let data = registration.authenticator_data();
        prop_assert!(parse(&data, Ceremony::Registration).is_ok());
        prop_assert!(parse(&[data.as_slice(), &more].concat(), Ceremony::Registration).is_err());
    }

    #[test]
    fn a_flipped_bit_of_a_sign_in_is_refused(at: Index, bit in 0..8_u8, place in 0..3_usize) {
        let passkeys = passkeys();
        let (options, state) = begin(&passkeys);
        let mut authenticator = SoftwarePasskey::new();
        let registration = authenticator.registration(&options, ORIGIN);
        let new = finish(&passkeys, &registration, &state).unwrap();
        authenticator.keep(&registration);
        let (options, state) = passkeys.begin_authentication().unwrap();
        let stored = StoredPasskey {
            passkey: new.passkey, sign_count: new.sign_count, user_handle: HANDLE,
        };
        let mut assertion = authenticator.assertion(&options, ORIGIN);
        assertion.user_handle = Some(HANDLE.as_bytes().to_vec());
        let good: AuthenticationResponseJson = serde_json::from_value(assertion.build()).unwrap();
        let mut broken = good.clone();
        let response = &mut broken.response;
        let part = [
            &mut response.authenticator_data,
            &mut response.client_data_json,
            &mut response.signature,
        ].into_iter().nth(place).unwrap();
        let mut bytes = part.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        *part = bytes.into();
        let again = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        prop_assert!(passkeys.finish_authentication(&broken, again, &stored).is_err());
        prop_assert!(passkeys.finish_authentication(&good, state, &stored).is_ok());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = attestation::check(&bytes);
        let _ = parse(&bytes, Ceremony::Registration);
        let _ = parse(&bytes, Ceremony::Authentication);
        prop_assert!(client_data::check(&bytes, "webauthn.get", "c", ORIGIN).is_err());
    }
}
