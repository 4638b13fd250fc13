//! Tokens made by hand, so that they can be wrong in one thing, and the request they are for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::service_token::{
    Expectation, KeyRing, Party, Refusal, SigningKey, VerifiedToken,
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const SECRET: &str = "a secret of more than thirty-two bytes";
pub const KID: &str = "e03ebbf6";
pub const OTHER_SECRET: &str = "another secret, as long as the first one";
pub const METHOD: &str = "POST";
pub const PATH: &str = "/api/internal/users/ghost-check";
pub const BODY: &[u8] = br#"{"email":"ada@example.com"}"#;
pub const JTI: &str = "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64";

/// 2026-06-12T10:00:00Z, when the forged tokens are issued.
pub const ISSUED: i64 = 1_781_258_400;

pub fn key(secret: &str) -> SigningKey {
    SigningKey::new(secret.into()).expect("long enough")
}

pub fn ring() -> KeyRing {
    KeyRing::new(key(SECRET), None)
}

/// So many seconds after the forged tokens are issued.
pub fn after(seconds: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a few minutes")]
    let milliseconds = (seconds * 1000.0) as i64;
    DateTime::from_timestamp(ISSUED, 0).expect("in range") + TimeDelta::milliseconds(milliseconds)
}

/// What Raptor expects of the request that the forged tokens are for, one second later.
pub fn expected() -> Expectation<'static> {
    Expectation { audience: Party::Raptor, method: METHOD, path: PATH, body: BODY, now: after(1.0) }
}

pub fn header() -> Value {
    json!({ "alg": "HS256", "typ": "JWT", "kid": KID })
}

pub fn claims() -> Value {
    json!({
        "iss": "console",
        "aud": "raptor-api",
        "iat": ISSUED,
        "exp": ISSUED + 60,
        "jti": JTI,
        "htm": METHOD,
        "htu": PATH,
        "body_sha256": URL_SAFE_NO_PAD.encode(Sha256::digest(BODY)),
    })
}

/// Signs two texts, whatever they are, with the right key.
pub fn signed(header: &str, claims: &str) -> String {
    signed_with(SECRET, &URL_SAFE_NO_PAD.encode(header), &URL_SAFE_NO_PAD.encode(claims))
}

/// Signs two parts as they are.
pub fn signed_with(secret: &str, header: &str, claims: &str) -> String {
    let message = format!("{header}.{claims}");
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    let tag = mac.chain_update(&message).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// A good token.
pub fn good() -> String {
    signed(&header().to_string(), &claims().to_string())
}

/// A token with one claim replaced.
pub fn with_claim(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    signed(&header().to_string(), &claims.to_string())
}

/// A token with one member of the header replaced.
pub fn with_header(name: &str, value: Value) -> String {
    let mut header = header();
    header[name] = value;
    signed(&header.to_string(), &claims().to_string())
}

pub fn verify(token: &str) -> Result<VerifiedToken, Refusal> {
    ring().verify(token, &expected())
}

/// Asserts that a token is refused for this reason.
#[track_caller]
pub fn refused(token: &str, refusal: Refusal) {
    assert_eq!(verify(token), Err(refusal), "{token}");
}
