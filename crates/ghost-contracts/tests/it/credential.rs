//! What a browser sends as `credential`.

use ghost_contracts::credential::{
    AuthenticationResponseJson, RegistrationResponseJson, Transport,
};
use serde_json::{Value, json};

use crate::wire::{reads, survives};

/// As Chromium sends it, with members that we do not know.
pub fn registration() -> Value {
    json!({
        "id": "AQIDBA",
        "rawId": "AQIDBA",
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": { "credProps": { "rk": true } },
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AAE",
            "publicKey": "AAE",
            "publicKeyAlgorithm": -7,
            "transports": ["internal", "hybrid"],
        },
    })
}

/// The same for a sign-in.
pub fn authentication() -> Value {
    json!({
        "id": "AQIDBA",
        "rawId": "AQIDBA",
        "type": "public-key",
        "authenticatorAttachment": null,
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": "e30",
            "authenticatorData": "AAE",
            "signature": "MAA",
            "userHandle": "_w",
        },
    })
}

/// A registration and a sign-in, each changed in the same way: do both still read?
fn both_read(change: impl Fn(&mut Value)) -> (bool, bool) {
    let [mut first, mut second] = [registration(), authentication()];
    change(&mut first);
    change(&mut second);
    (reads::<RegistrationResponseJson>(&first), reads::<AuthenticationResponseJson>(&second))
}

#[test]
fn the_bytes_of_a_registration_are_read() {
    let credential: RegistrationResponseJson = serde_json::from_value(registration()).unwrap();
    assert_eq!(credential.raw_id.as_bytes(), [1, 2, 3, 4]);
    assert_eq!(credential.response.client_data_json.as_bytes(), b"{}");
    assert_eq!(credential.response.attestation_object.as_bytes(), [0xa0]);
    assert_eq!(credential.response.transports, [Transport::Internal, Transport::Hybrid]);
    survives(&credential);
}

#[test]
fn the_bytes_of_a_sign_in_are_read() {
    let credential: AuthenticationResponseJson = serde_json::from_value(authentication()).unwrap();
    assert_eq!(credential.raw_id.as_bytes(), [1, 2, 3, 4]);
    assert_eq!(credential.response.client_data_json.as_bytes(), b"{}");
    assert_eq!(credential.response.authenticator_data.as_bytes(), [0, 1]);
    assert_eq!(credential.response.signature.as_bytes(), [0x30, 0]);
    assert_eq!(credential.response.user_handle.as_ref().map(|h| h.as_bytes()), Some(&[255][..]));
    survives(&credential);
}

#[test]
fn unknown_members_are_skipped_inside_a_credential() {
    let more = |credential: &mut Value| {
        credential["prf"] = json!({ "deep": [1, 2] });
        credential["response"]["from_a_password_manager"] = json!(true);
    };
    assert_eq!(both_read(more), (true, true));
}

#[test]
fn each_required_member_is_required_and_of_its_type() {
    let outer = ["id", "rawId", "type", "response"];
    let inner_first = ["clientDataJSON", "attestationObject"];
    let inner_second = ["clientDataJSON", "authenticatorData", "signature"];
    for wrong in [None, Some(Value::Null), Some(json!(7)), Some(json!(["AQIDBA"])), Some(json!({}))]
    {
        let change = |object: &mut Value, name: &str| {
            let members = object.as_object_mut().unwrap();
            match &wrong {
                None => members.remove(name),
                Some(value) => members.insert(name.to_owned(), value.clone()),
            };
        };
        for name in outer {
            assert_eq!(both_read(|c| change(c, name)), (false, false), "{name}: {wrong:?}");
        }
        for name in inner_first {
            let (first, _) = both_read(|c| change(&mut c["response"], name));
            assert!(!first, "{name}: {wrong:?}");
        }
        for name in inner_second {
            let (_, second) = both_read(|c| change(&mut c["response"], name));
            assert!(!second, "{name}: {wrong:?}");
        }
    }
}

#[test]
fn a_credential_is_an_object_and_so_is_its_response() {
    let response = ["e30", "oA"];
    let as_array = |c: &mut Value| c["response"] = json!(response);
    assert_eq!(both_read(as_array), (false, false));
    let as_array = |c: &mut Value| *c = json!(["AQIDBA", "AQIDBA", "public-key", c["response"]]);
    assert_eq!(both_read(as_array), (false, false));
}

#[test]
fn an_id_that_is_not_the_raw_id_is_read_and_left_to_the_ceremony() {
    for id in ["AQIDBQ", "", "aQIDBA"] {
        assert_eq!(both_read(|c| c["id"] = json!(id)), (true, true), "{id}");
    }
    let mut credential = registration();
    credential["id"] = json!("AQIDBQ");
    let credential: RegistrationResponseJson = serde_json::from_value(credential).unwrap();
    assert_eq!(credential.id.as_bytes(), [1, 2, 3, 5]);
    assert_eq!(credential.raw_id.as_bytes(), [1, 2, 3, 4]);
    survives(&credential);
    let mut credential = authentication();
    credential["id"] = json!("AQIDBQ");
    let credential: AuthenticationResponseJson = serde_json::from_value(credential).unwrap();
    assert_eq!(credential.id.as_bytes(), [1, 2, 3, 5]);
    survives(&credential);
}

#[test]
fn an_id_that_is_no_base64url_is_malformed_whatever_the_raw_id() {
    for id in ["AQIDBA==", "AQIDBB", "AQ IDBA", "AQIDB+"] {
        assert_eq!(both_read(|c| c["id"] = json!(id)), (false, false), "{id}");
        assert_eq!(both_read(|c| c["rawId"] = json!(id)), (false, false), "{id}");
    }
}

#[test]
fn the_type_is_public_key() {
    for kind in ["password", "", "Public-Key", "public_key", "PublicKey"] {
        assert_eq!(both_read(|c| c["type"] = json!(kind)), (false, false), "{kind}");
    }
}

#[test]
fn base64url_is_read_strictly_everywhere() {
    for text in ["e30=", "e3+0", "e3/0", "e31", "e 30", "e30\n"] {
        let both = |c: &mut Value| c["response"]["clientDataJSON"] = json!(text);
        assert_eq!(both_read(both), (false, false), "{text:?}");
        let ids = |c: &mut Value| {
            c["id"] = json!(text);
            c["rawId"] = json!(text);
        };
        assert_eq!(both_read(ids), (false, false), "{text:?}");
        let one_each = |c: &mut Value| {
            c["response"]["attestationObject"] = json!(text);
            c["response"]["signature"] = json!(text);
        };
        assert_eq!(both_read(one_each), (false, false), "{text:?}");
        let data = |c: &mut Value| c["response"]["authenticatorData"] = json!(text);
        assert_eq!(both_read(data), (true, false), "{text:?}");
        let handle = |c: &mut Value| c["response"]["userHandle"] = json!(text);
        assert_eq!(both_read(handle), (true, false), "{text:?}");
    }
}

#[test]
fn the_user_handle_may_be_absent_or_null() {
    for absent in [true, false] {
        let mut credential = authentication();
        if absent {
            credential["response"].as_object_mut().unwrap().remove("userHandle");
        } else {
            credential["response"]["userHandle"] = Value::Null;
        }
        let read: AuthenticationResponseJson = serde_json::from_value(credential).unwrap();
        assert_eq!(read.response.user_handle, None);
    }
}

#[test]
fn transports_may_be_absent_null_repeated_or_unknown() {
    let transports = |value: Value| {
        let mut credential = registration();
        credential["response"]["transports"] = value;
        serde_json::from_value::<RegistrationResponseJson>(credential)
            .map(|c| c.response.transports)
    };
    assert!(transports(Value::Null).unwrap().is_empty());
    assert!(transports(json!([])).unwrap().is_empty());
    assert_eq!(
        transports(json!(["usb", "cable", "", "nfc", "usb"])).unwrap(),
        [Transport::Usb, Transport::Nfc]
    );
    for wrong in [json!("usb"), json!([7]), json!([null]), json!({ "usb": true }), json!(7)] {
        assert!(transports(wrong.clone()).is_err(), "{wrong}");
    }
    let mut credential = registration();
    credential["response"].as_object_mut().unwrap().remove("transports");
    assert!(reads::<RegistrationResponseJson>(&credential));
}

#[test]
fn a_transport_has_one_name_everywhere() {
    insta::assert_compact_json_snapshot!(Transport::ALL, @r#"["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]"#);
    for transport in Transport::ALL {
        assert_eq!(serde_json::to_value(transport).unwrap(), transport.as_str());
        assert_eq!(transport.to_string(), transport.as_str());
        assert_eq!(transport.as_str().parse(), Ok(transport));
    }
}
