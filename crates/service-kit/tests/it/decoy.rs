//! A sign-in with a passkey that nobody has is refused after the same work as a wrong signature.

use serde_json::Value;
use service_kit::passkey::{CeremonyError, NewPasskey, Passkeys, StoredPasskey};
use service_kit::settings::{PublicUrl, RelyingPartyId, Setting};
use test_support::software_passkey::SoftwarePasskey;
use uuid::Uuid;

const ORIGIN: &str = "http://kit.localhost:8080";

fn passkeys() -> Passkeys {
    let public = PublicUrl::parse(ORIGIN).unwrap();
    let rp_id = RelyingPartyId::choose(&public, None).unwrap();
    Passkeys::new(&public, &rp_id, "Kit").unwrap()
}

fn registered(passkeys: &Passkeys, passkey: &mut SoftwarePasskey, handle: Uuid) -> NewPasskey {
    let (options, state) =
        passkeys.begin_registration(handle, "ada@example.com", "Ada", Vec::new()).unwrap();
    let credential = serde_json::from_value(passkey.create(&options, ORIGIN)).unwrap();
    passkeys.finish_registration(&credential, &state).unwrap()
}

/// The public key of another passkey under the id of this one: every signature is wrong by it.
fn with_the_key_of(mut passkey: Value, another: &Value) -> Value {
    passkey["cred"]["cred"] = another["cred"]["cred"].clone();
    passkey
}

#[test]
fn an_unknown_passkey_comes_as_far_as_the_signature() {
    let passkeys = passkeys();
    for mut passkey in [SoftwarePasskey::new(), SoftwarePasskey::synced()] {
        let handle = Uuid::new_v4();
        let known = registered(&passkeys, &mut passkey, handle);
        let another = registered(&passkeys, &mut SoftwarePasskey::new(), Uuid::new_v4());
        let stored = StoredPasskey {
            passkey: with_the_key_of(known.passkey, &another.passkey),
            sign_count: known.sign_count,
            user_handle: handle,
        };
        let mut refusals = Vec::new();
        for is_known in [true, false] {
            let (options, state) = passkeys.begin_authentication().unwrap();
            let credential = serde_json::from_value(passkey.get(&options, ORIGIN)).unwrap();
            refusals.push(match is_known {
                true => passkeys.finish_authentication(&credential, state, &stored).unwrap_err(),
                false => passkeys.refuse_unknown(&credential, state),
            });
        }
        let [wrong_signature, unknown] = refusals.try_into().unwrap();
        assert!(matches!(unknown, CeremonyError::Unverified(_)), "{unknown}");
        assert_eq!(format!("{unknown:?}"), format!("{wrong_signature:?}"));
    }
}
