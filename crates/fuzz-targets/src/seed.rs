//! Where the fuzzer starts from: inputs as they come in real ceremonies and calls. The corpus
//! grows from them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use ghost_contracts::service_token::{Party, sign};
use serde_json::{Value, json};
use software_passkey::{Registration, flags};

use crate::ceremony::world;
use crate::passkey::{CHALLENGE, ORIGIN};
use crate::token::{BODY, NOW, PATH, now, ring};

/// Good inputs of a target, and some that are good but for one thing; none for an unknown name.
#[must_use]
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "service_token" => service_token(),
        "bootstrap_token" => vec![
            json!({"v": 1, "email": "ada@example.com", "nonce": "n0nce", "iat": NOW, "exp": NOW + 1800})
                .to_string()
                .into_bytes(),
        ],
        "walkthrough_token" => {
            let header = json!({"typ": "JWT", "alg": "HS256"});
            let claims = json!({
                "iss": "console", "aud": "walkthrough", "sub": "7", "iat": NOW, "exp": NOW + 1_209_600,
            });
            vec![format!("{header}\n{claims}").into_bytes()]
        }
        "client_data" => client_data(),
        "authenticator_data" | "sign_in" => authenticator_data(),
        "attestation_object" | "registration" => {
            registrations().iter().map(Registration::attestation_object_bytes).collect()
        }
        "body" => body(),
        "text" => lines(&["Ada@Example.com", "Ada Lovelace", "AAECAw", "a.example", "raptor-api"]),
        "address" => address(),
        "header" => lines(&[
            "\u{1}6.6.6.6, 192.0.2.7",
            "\u{2}[2001:db8::1]:443\n192.0.2.7:80, ::1",
            "/console/audit?actor=cli&format=csv",
            "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
        ]),
        "query" => lines(&[
            "actor=cli&action=console.flag.changed&target_id=7&from=2026-06-12&until=2026-06-12T10:00:00Z",
            "limit=50&cursor=7&format=csv",
            "7",
            "name.7.QWRh",
            "stuck.7.1780000000000000",
            "stuck.7.never",
        ]),
        "webhook" => webhook(),
        _ => Vec::new(),
    }
}

fn lines(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A whole token, and the two lines that the target signs itself.
fn service_token() -> Vec<Vec<u8>> {
    let token = sign(ring().current(), Party::Console, "POST", PATH, BODY, now());
    let parts: Vec<_> = token.split('.').collect();
    let decoded = parts.iter().take(2).filter_map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    vec![
        decoded.collect::<Vec<_>>().join(&b'\n'),
        format!("Bearer {token}").into_bytes(),
        token.into_bytes(),
    ]
}

fn client_data() -> Vec<Vec<u8>> {
    let good = json!({"type": "webauthn.create", "challenge": CHALLENGE, "origin": ORIGIN});
    let with = |name: &str, value: Value| {
        let mut members = good.clone();
        members[name] = value;
        members.to_string().into_bytes()
    };
    vec![
        good.to_string().into_bytes(),
        with("crossOrigin", false.into()),
        with("topOrigin", "https://other.example".into()),
        with("tokenBinding", json!({"status": "supported"})),
        json!(["webauthn.create", CHALLENGE, ORIGIN]).to_string().into_bytes(),
    ]
}

/// Registrations of an authenticator as phones, security keys and password managers make them.
fn registrations() -> Vec<Registration> {
    let mut free = software_passkey::SoftwarePasskey::synced();
    free.transports.push("usb".to_owned());
    let plain = free.registration(&world().creation, ORIGIN);
    let mut counted = plain.clone();
    counted.counter = 7;
    counted.flags = flags::UP | flags::UV | flags::AT;
    counted.aaguid = [7; 16];
    let mut extended = plain.clone();
    extended.flags |= flags::ED;
    extended.extensions = Some(Cbor::Map(vec![(Cbor::from("credProtect"), Cbor::from(2))]));
    let mut long = plain.clone();
    long.credential_id = vec![9; 1023];
    let attested = plain.clone().self_attested();
    vec![plain, counted, extended, long, attested]
}

fn authenticator_data() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = registrations().iter().map(Registration::authenticator_data).collect();
    let mut signed = world().authenticator.assertion(&world().request, ORIGIN);
    signed.counter = 6;
    all.push(signed.authenticator_data());
    signed.flags |= flags::ED;
    signed.extensions = Some(Cbor::Map(vec![(Cbor::from("x"), Cbor::from(true))]));
    all.push(signed.authenticator_data());
    all
}

fn body() -> Vec<Vec<u8>> {
    let world = world();
    let created = registrations().first().map(Registration::build);
    let got = world.authenticator.assertion(&world.request, ORIGIN).build();
    [
        json!({"token": "eyJ2IjoxLCJlbWFp.00"}),
        json!({"token": "t", "credential": created}),
        json!({"ceremony_id": "6d1f3c52-9a0b-4e7d-8c21-5b0e7f3a9d64", "credential": got}),
        json!(created),
        got,
        json!({"emails": ["ada@example.com", "bob@example.com"]}),
        json!({"email": "ada@example.com", "actor_admin_id": "a"}),
        json!({"token": "t", "nda_version": "1", "nda_accepted": true,
               "attempt_id": "6d1f3c52-9a0b-4e7d-8c21-5b0e7f3a9d64"}),
        json!({"token": "t", "error": "NotAllowedError"}),
        json!({"valid": false, "reason": "revoked"}),
        json!({"state": "ghost_empty_shell", "user_id": 42, "credential_count": 0,
               "active_session_count": 0, "created_at": "2026-06-12T10:00:00Z"}),
    ]
    .iter()
    .map(|body| body.to_string().into_bytes())
    .collect()
}

fn address() -> Vec<Vec<u8>> {
    lines(&[
        "https://raxx.example",
        "http://console.localhost:8081",
        "postgres://u:p@db.example:5432/app?sslmode=verify-full&application_name=x",
        "postgres:///app?host=/var/run/postgresql",
        "postgres://u@[::1]/app",
        "rediss://:p@redis.example:6380#insecure",
        "Raxx Beta <beta@raxx.example>",
        "https://api.postmarkapp.com/",
    ])
}

fn webhook() -> Vec<Vec<u8>> {
    let message = "883953f4-6105-42a2-a16a-77a8eac79483";
    [
        json!({"RecordType": "Delivery", "MessageID": message, "Recipient": "ada@example.com",
               "DeliveredAt": "2026-06-12T10:00:00Z", "Details": "smtp;250 2.0.0 OK"}),
        json!({"RecordType": "Bounce", "MessageID": message, "ID": 42, "Type": "HardBounce",
               "Name": "Hard bounce", "Description": "The server was unable to deliver.",
               "Details": "smtp;550 see https://raxx.example/walkthrough?token=eyJh.eyJl.c2ln",
               "BouncedAt": "2026-06-12T10:00:00.5+02:00", "Inactive": true}),
        json!({"RecordType": "SpamComplaint", "MessageID": message, "ID": 43}),
        json!({"RecordType": "Open", "MessageID": message}),
    ]
    .iter()
    .map(|body| body.to_string().into_bytes())
    .collect()
}
