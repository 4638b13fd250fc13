//! Against webauthn-rs, which stands for any relying party that keeps to the letter.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use webauthn_rs::prelude::{
    DiscoverableKey, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid,
    Webauthn, WebauthnBuilder, WebauthnResult,
};

use super::*;

const ORIGIN: &str = "https://raxx.example";

fn relying_party() -> Webauthn {
    let origin = Url::parse(ORIGIN).unwrap();
    WebauthnBuilder::new("raxx.example", &origin).unwrap().build().unwrap()
}

fn register(change: impl FnOnce(&mut Registration)) -> WebauthnResult<Passkey> {
    let relying_party = relying_party();
    let (options, state) =
        relying_party.start_passkey_registration(Uuid::new_v4(), "ada", "Ada", None).unwrap();
    let options = serde_json::to_value(options.public_key).unwrap();
    let mut registration = SoftwarePasskey::new().registration(&options, ORIGIN);
    change(&mut registration);
    let response: RegisterPublicKeyCredential =
        serde_json::from_value(registration.build()).unwrap();
    relying_party.finish_passkey_registration(&response, &state)
}

/// A discoverable sign-in after a good registration.
fn sign_in(passkey: &mut SoftwarePasskey, change: impl FnOnce(&mut Assertion)) -> Option<u32> {
    let relying_party = relying_party();
    let user = Uuid::new_v4();
    let (options, state) =
        relying_party.start_passkey_registration(user, "ada", "Ada", None).unwrap();
    let options = serde_json::to_value(options.public_key).unwrap();
    let response = serde_json::from_value(passkey.create(&options, ORIGIN)).unwrap();
    let stored = relying_party.finish_passkey_registration(&response, &state).unwrap();

    let (options, state) = relying_party.start_discoverable_authentication().unwrap();
    let options = serde_json::to_value(options.public_key).unwrap();
    let mut assertion = passkey.assertion(&options, ORIGIN);
    change(&mut assertion);
    let response: PublicKeyCredential = serde_json::from_value(assertion.build()).unwrap();
    let (found, _) = relying_party.identify_discoverable_authentication(&response).unwrap();
    assert_eq!(found, user);
    let key = DiscoverableKey::from(stored);
    let result = relying_party.finish_discoverable_authentication_v2(&response, state, &key);
    result.ok().map(|result| result.counter())
}

#[test]
fn a_good_registration_is_accepted() {
    register(|_| {}).unwrap();
}

#[test]
fn a_self_attested_registration_is_accepted_only_if_it_verifies() {
    register(|it| *it = it.clone().self_attested()).unwrap();
    register(|it| {
        *it = it.clone().self_attested();
        it.statement = Statement::SelfSignedWrongly;
    })
    .unwrap_err();
    register(|it| {
        *it = it.clone().self_attested();
        it.statement = Statement::SelfSignedAs(-257);
    })
    .unwrap_err();
}

#[test]
fn a_registration_wrong_in_one_place_is_refused() {
    register(|it| it.client_data.kind = "webauthn.get".to_owned()).unwrap_err();
    register(|it| it.client_data.challenge = base64url("another")).unwrap_err();
    register(|it| it.client_data.origin = "https://evil.example".to_owned()).unwrap_err();
    register(|it| it.client_data.replaced_by = Some(b"{}".to_vec())).unwrap_err();
    register(|it| it.rp_id = "evil.example".to_owned()).unwrap_err();
    register(|it| it.flags &= !flags::UP).unwrap_err();
    register(|it| it.flags &= !flags::UV).unwrap_err();
    register(|it| it.with_credential_data = false).unwrap_err();
    register(|it| it.algorithm = -8).unwrap_err();
    register(|it| it.format = "tpm".to_owned()).unwrap_err();
    register(|it| it.attestation_object = Some(vec![0xff])).unwrap_err();
}

#[test]
fn a_good_sign_in_is_accepted_and_counts() {
    assert_eq!(sign_in(&mut SoftwarePasskey::new(), |_| {}), Some(1));
    assert_eq!(sign_in(&mut SoftwarePasskey::synced(), |_| {}), Some(0));
}

#[test]
fn a_sign_in_wrong_in_one_place_is_refused() {
    let wrong: [fn(&mut Assertion); 8] = [
        |it| it.client_data.kind = "webauthn.create".to_owned(),
        |it| it.client_data.challenge = base64url("another"),
        |it| it.client_data.origin = "https://evil.example".to_owned(),
        |it| it.rp_id = "evil.example".to_owned(),
        |it| it.flags &= !flags::UV,
        |it| it.signature = AssertionSignature::ByAnotherKey,
        |it| it.signature = AssertionSignature::OverSomethingElse,
        |it| it.signature = AssertionSignature::Bytes(vec![0x30]),
    ];
    for (number, change) in wrong.into_iter().enumerate() {
        assert_eq!(sign_in(&mut SoftwarePasskey::new(), change), None, "number {number}");
    }
}

/// For the places where webauthn-rs is lenient: that the bytes are where they are said to be.
#[test]
fn what_was_added_stands_where_it_was_put() {
    let options = creation_options();
    let mut registration = SoftwarePasskey::new().registration(&options, ORIGIN);
    registration.client_data.top_origin = Some("https://top.example".to_owned());
    registration.client_data.cross_origin = Some(true);
    registration.after_authenticator_data = vec![1, 2, 3];
    registration.after_attestation_object = vec![4, 5];
    let json = registration.build();
    let bytes =
        |name: &str| URL_SAFE_NO_PAD.decode(json["response"][name].as_str().unwrap()).unwrap();
    let client_data = String::from_utf8(bytes("clientDataJSON")).unwrap();
    let expected = format!(
        r#"{{"type":"webauthn.create","challenge":"AAEC","origin":"{ORIGIN}","crossOrigin":true,"topOrigin":"https://top.example"}}"#
    );
    assert_eq!(client_data, expected);
    assert!(bytes("attestationObject").ends_with(&[1, 2, 3, 4, 5]));
    let parsed: ciborium::Value =
        ciborium::from_reader(bytes("attestationObject").as_slice()).unwrap();
    let members = parsed.as_map().unwrap();
    assert_eq!(members[0], ("fmt".into(), "none".into()));
    assert_eq!(members[1], ("attStmt".into(), ciborium::Value::Map(Vec::new())));
    let data = members[2].1.as_bytes().unwrap();
    assert_eq!(data[32], flags::UP | flags::UV | flags::AT);
    assert_eq!(data[53..55], [0, 32]);
    assert_eq!(data[55..87], registration.credential_id);
    assert!(data.ends_with(&[1, 2, 3]));
}

fn creation_options() -> Value {
    serde_json::json!({
        "rp": {"name": "Raxx", "id": "raxx.example"},
        "user": {"id": "YQ", "name": "ada", "displayName": "Ada"},
        "challenge": "AAEC",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "extensions": {"credProps": true},
    })
}

#[test]
fn a_browser_refuses_what_it_must() {
    let mut passkey = SoftwarePasskey::new();
    let good = creation_options();
    let elsewhere = passkey.try_create(&good, "https://notraxx.example").unwrap_err();
    assert!(matches!(elsewhere, PasskeyError::ForeignRpId { .. }));
    let mut rsa = good.clone();
    rsa["pubKeyCredParams"][0]["alg"] = Value::from(-257);
    assert_eq!(passkey.try_create(&rsa, ORIGIN), Err(PasskeyError::NoCommonAlgorithm));
    let mut bare = good.clone();
    bare["challenge"] = Value::from("AA==");
    assert_eq!(passkey.try_create(&bare, ORIGIN), Err(PasskeyError::BadOptions("/challenge")));

    let created = passkey.create(&good, "https://sub.raxx.example");
    assert_eq!(created["clientExtensionResults"]["credProps"]["rk"], true);
    let mut excluding = good;
    excluding["excludeCredentials"] =
        serde_json::json!([{"type": "public-key", "id": created["id"]}]);
    assert_eq!(passkey.try_create(&excluding, ORIGIN), Err(PasskeyError::Excluded));

    let other = serde_json::json!({"challenge": "AAEC", "rpId": "example", "allowCredentials": []});
    let none = passkey.try_get(&other, ORIGIN).unwrap_err();
    assert_eq!(none, PasskeyError::NoCredential { rp_id: "example".to_owned() });
}

#[test]
fn a_second_credential_of_the_same_user_replaces_the_first() {
    let mut passkey = SoftwarePasskey::new();
    passkey.create(&creation_options(), ORIGIN);
    let second = passkey.create(&creation_options(), ORIGIN);
    assert_eq!(passkey.credentials().len(), 1);
    assert_eq!(second["id"], base64url(&passkey.credentials()[0].id));
}
