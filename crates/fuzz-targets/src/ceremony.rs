//! Whole ceremonies: our strict reading, then webauthn-rs behind it. What the library is handed
//! must not make it panic either.

use std::sync::LazyLock;

use ghost_contracts::credential::{
    AssertionResponseJson, AttestationResponseJson, AuthenticationResponseJson,
    RegistrationResponseJson,
};
use serde_json::{Value, json};
use service_kit::passkey::authenticator_data::{Ceremony, parse};
use service_kit::passkey::{
    AuthenticationState, Passkeys, RegistrationState, StoredPasskey, attestation,
};
use service_kit::settings::{PublicUrl, RelyingPartyId, Setting as _};
use sha2::{Digest as _, Sha256};
use software_passkey::{Key, SoftwarePasskey};
use uuid::Uuid;

use crate::passkey::ORIGIN;

/// The signature counter of the stored passkey.
const COUNTED: i64 = 5;
const HANDLE: Uuid = Uuid::from_u128(0x6d1f_3c52_9a0b_4e7d_8c21_5b0e_7f3a_9d64);

/// A relying party with a registration begun, and a sign-in with a registered passkey.
pub(crate) struct World {
    passkeys: Passkeys,
    begun: RegistrationState,
    /// What the browser is asked for.
    pub(crate) creation: Value,
    sign_in: Value,
    /// What the browser is asked for.
    pub(crate) request: Value,
    stored: StoredPasskey,
    credential_id: Vec<u8>,
    key: Key,
    /// The authenticator that holds it.
    pub(crate) authenticator: SoftwarePasskey,
}

static WORLD: LazyLock<World> = LazyLock::new(World::new);

pub(crate) fn world() -> &'static World {
    &WORLD
}

impl World {
    fn new() -> Self {
        let public = PublicUrl::parse(ORIGIN).expect("a public address");
        let id = RelyingPartyId::choose(&public, None).expect("the host itself");
        let passkeys = Passkeys::new(&public, &id, "Raxx").expect("a relying party");
        let begin = || passkeys.begin_registration(HANDLE, "ada@example.com", "Ada", Vec::new());
        let (creation, begun) = begin().expect("a registration");
        let mut authenticator = SoftwarePasskey::new();
        let registration = authenticator.registration(&creation, ORIGIN);
        let key = registration.key.clone();
        authenticator.keep(&registration);
        let credential = serde_json::from_value(registration.build()).expect("a credential");
        let new = passkeys.finish_registration(&credential, &begun).expect("a passkey");
        let (request, state) = passkeys.begin_authentication().expect("a sign-in");
        Self {
            sign_in: serde_json::to_value(state).expect("a state"),
            stored: StoredPasskey {
                passkey: new.passkey,
                sign_count: COUNTED,
                user_handle: HANDLE,
            },
            credential_id: new.credential_id,
            passkeys,
            begun,
            creation,
            request,
            key,
            authenticator,
        }
    }
}

fn client_data(kind: &str, options: &Value) -> Vec<u8> {
    let members = json!({"type": kind, "challenge": options["challenge"], "origin": ORIGIN});
    members.to_string().into_bytes()
}

/// An attestation object, in a registration that is good in everything else.
pub(crate) fn registration(data: &[u8]) {
    let world = world();
    let read = attestation::check(data);
    let id = read.as_ref().ok().and_then(|read| read.credential_id.clone());
    let id = id.unwrap_or_else(|| vec![1; 32]);
    let credential = RegistrationResponseJson {
        id: id.clone().into(),
        raw_id: id.clone().into(),
        response: AttestationResponseJson {
            client_data_json: client_data("webauthn.create", &world.creation).into(),
            attestation_object: data.into(),
            transports: Vec::new(),
        },
    };
    let Ok(new) = world.passkeys.finish_registration(&credential, &world.begun) else { return };
    let read = read.expect("what is finished was read strictly");
    assert_eq!(new.credential_id, id);
    assert_eq!(new.sign_count, i64::from(read.sign_count));
    assert_eq!((new.backup_eligible, new.backed_up), (read.backup_eligible, read.backed_up));
    assert_eq!(new.passkey["cred"]["counter"], read.sign_count);
}

/// Authenticator data, signed with the key of a stored passkey whose counter stands at 5.
pub(crate) fn sign_in(data: &[u8]) {
    let world = world();
    let client_data = client_data("webauthn.get", &world.request);
    let mut message = data.to_vec();
    message.extend(Sha256::digest(&client_data));
    let read = parse(data, Ceremony::Authentication);
    // Most inputs end here, and a signature takes long.
    let signature = if read.is_ok() { world.key.sign(&message) } else { vec![0; 70] };
    let credential = AuthenticationResponseJson {
        id: world.credential_id.clone().into(),
        raw_id: world.credential_id.clone().into(),
        response: AssertionResponseJson {
            client_data_json: client_data.into(),
            authenticator_data: data.into(),
            signature: signature.into(),
            user_handle: Some(HANDLE.as_bytes().as_slice().into()),
        },
    };
    let state: AuthenticationState =
        serde_json::from_value(world.sign_in.clone()).expect("the state that was written");
    let finished = world.passkeys.finish_authentication(&credential, state, &world.stored);
    let Ok(assertion) = finished else { return };
    let read = read.expect("what is finished was read strictly");
    assert_eq!(data.get(..32), Some(Sha256::digest(b"raxx.example").as_slice()));
    assert_eq!(assertion.sign_count, i64::from(read.sign_count));
    assert!(assertion.sign_count > COUNTED, "a counter that did not grow");
    assert_eq!(assertion.backed_up, read.backed_up);
}
