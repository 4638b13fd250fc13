//! The three kinds of token: service, bootstrap and walkthrough (sections 3, 4 and 6 of the
//! contracts).

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use console::domain::walkthrough_token::WalkthroughKeys;
use ghost_contracts::Token;
use ghost_contracts::service_token::{Expectation, KeyRing, Party, SigningKey, bearer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use raptor_api::domain::bootstrap_token::BootstrapKeys;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::halves;

/// The key of every token here.
pub(crate) const SECRET: &str = "the secret of every fuzzed token, 32 bytes";
/// The second of `now`.
pub(crate) const NOW: i64 = 1_780_000_000;
/// The request that service tokens are for.
pub(crate) const PATH: &str = "/api/internal/users/ghost-check";
/// Its body.
pub(crate) const BODY: &[u8] = b"{\"email\":\"ada@example.com\"}";

static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    KeyRing::new(SigningKey::new(SECRET.into()).expect("a secret that is long enough"), None)
});
static BOOTSTRAP: LazyLock<BootstrapKeys> =
    LazyLock::new(|| BootstrapKeys::new(&SECRET.into(), None).expect("HMAC takes any key"));
static WALKTHROUGH: LazyLock<WalkthroughKeys> =
    LazyLock::new(|| WalkthroughKeys::new(&SECRET.into(), None));

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).expect("a second of this century")
}

pub(crate) fn ring() -> &'static KeyRing {
    &RING
}

fn mac(message: &str) -> [u8; 32] {
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes any key");
    keyed.chain_update(message).finalize().into_bytes().into()
}

/// A JWT with a good signature around any header and any claims.
fn signed(header: &[u8], claims: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let tag = URL_SAFE_NO_PAD.encode(mac(&signed));
    format!("{signed}.{tag}")
}

/// A text; and a signed token whose header is the first line and whose claims are the rest.
pub(crate) fn service(data: &[u8]) {
    let expected =
        Expectation { audience: Party::Raptor, method: "POST", path: PATH, body: BODY, now: now() };
    let text = String::from_utf8_lossy(data);
    if let Ok(token) = bearer(Some(&text)) {
        assert!(!token.is_empty() && !token.starts_with(' ') && !token.ends_with(' '));
    }
    if RING.verify(&text, &expected).is_ok() {
        let (message, tag) = text.rsplit_once('.').expect("three parts");
        assert_eq!(tag, URL_SAFE_NO_PAD.encode(mac(message)), "a second text for one signature");
    }
    let (header, claims) = halves(data);
    if let Ok(token) = RING.verify(&signed(header, claims), &expected) {
        let header: Value = serde_json::from_slice(header).expect("the header is JSON");
        assert_eq!(header["alg"], "HS256");
        assert_eq!(header["typ"], "JWT");
        assert_eq!(header.as_object().map(serde_json::Map::len), Some(3));
        service_claims(claims, token.jti, token.expires_at.timestamp());
    }
}

fn service_claims(claims: &[u8], jti: uuid::Uuid, expires_at: i64) {
    let claims: Value = serde_json::from_slice(claims).expect("the claims are JSON");
    let number = |name: &str| claims[name].as_i64().expect("a time is a whole number");
    let body = URL_SAFE_NO_PAD.encode(Sha256::digest(BODY));
    assert_eq!(claims.as_object().map(serde_json::Map::len), Some(8));
    for (name, value) in [
        ("iss", "console"),
        ("aud", "raptor-api"),
        ("htm", "POST"),
        ("htu", PATH),
        ("body_sha256", body.as_str()),
        ("jti", jti.to_string().as_str()),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!((1..=60).contains(&(number("exp") - number("iat"))));
    assert!(number("iat") <= NOW + 5 && number("exp") >= NOW - 5);
    assert_eq!(expires_at, number("exp"));
}

/// A text; and a signed token whose payload it is.
pub(crate) fn bootstrap(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && BOOTSTRAP.open(&Token::new(text)).is_ok()
    {
        let (message, tag) = text.split_once('.').expect("two parts");
        assert_eq!(tag, hex::encode(mac(message)), "a second text for one signature");
    }
    let payload = URL_SAFE_NO_PAD.encode(data);
    let token = Token::new(format!("{payload}.{}", hex::encode(mac(&payload))));
    let Ok(opened) = BOOTSTRAP.open(&token) else { return };
    let again = BOOTSTRAP.sign(&opened).expect("what was read can be written");
    assert_eq!(BOOTSTRAP.open(&again).as_ref(), Ok(&opened));
    assert!(opened.expires_at > opened.issued_at);
    let _ = (opened.is_expired(now()), opened.is_from_the_future(now()));
    let mut broken = token.reveal().as_bytes().to_vec();
    let place = data.len() % broken.len();
    if let Some(byte) = broken.get_mut(place) {
        *byte ^= 1;
    }
    let broken = String::from_utf8(broken).expect("ASCII stays ASCII");
    assert!(BOOTSTRAP.open(&Token::new(broken)).is_err(), "byte {place} does not count");
}

/// A text; and a signed token whose header is the first line and whose claims are the rest.
pub(crate) fn walkthrough(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if WALKTHROUGH.verify(&Token::new(text.as_ref())).is_some() {
        let (message, tag) = text.rsplit_once('.').expect("three parts");
        assert_eq!(tag, URL_SAFE_NO_PAD.encode(mac(message)), "a second text for one signature");
    }
    let (header, claims) = halves(data);
    if let Some(id) = WALKTHROUGH.verify(&Token::new(signed(header, claims))) {
        let header: Value = serde_json::from_slice(header).expect("the header is JSON");
        assert_eq!(header["alg"], "HS256");
        let claims: Value = serde_json::from_slice(claims).expect("the claims are JSON");
        assert_eq!(claims["iss"], "console");
        assert_eq!(claims["aud"], "walkthrough");
        assert_eq!(claims["sub"].as_str().and_then(|sub| sub.parse().ok()), Some(id.0));
    }
}
