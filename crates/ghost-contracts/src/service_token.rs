//! The service token of both internal APIs (section 4).
//!
//! An HS256 JWT (RFC 7519), minted for one request and bound to its method, path and body,
//! keyed with a secret that both services hold and that never crosses the wire.
//!
//! The token is taken apart here and not by a JWT library, because what has to be decided is
//! mostly what a library leaves open: doubled and unknown members, `crit`, the length, the
//! canonical form of each part. What is left is one HMAC, compared in constant time.
//!
//! [`sign`] makes a token, [`KeyRing::verify`] judges one. That a `jti` is accepted only once
//! is for whoever stores them: last, after all that is judged here, for
//! [`JTI_KEPT`] ([`Refusal::Replayed`]).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use key::{KeyRing, KeyTooShort, MIN_SECRET_BYTES, SigningKey};
pub use refusal::Refusal;
pub use verify::{Expectation, VerifiedToken, bearer};

mod key;
mod parts;
mod refusal;
mod verify;

/// The longest life a token may have, `exp - iat`.
pub const MAX_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// How far two clocks may be apart, either way.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// How long a `jti` has to be remembered: from the earliest moment at which a token is taken
/// (its `iat` less the skew) to the latest (its `exp` and the skew).
pub const JTI_KEPT: TimeDelta = TimeDelta::seconds(70);

/// The longest text that is looked at at all, in bytes. Ours have about 500.
pub const MAX_TOKEN_BYTES: usize = 2048;

/// The life of the tokens made here. A call is given up after a few seconds, so half of what
/// is allowed leaves enough for waiting in a router's queue.
const LIFETIME: TimeDelta = TimeDelta::seconds(30);

/// One of the two who talk with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// `console`.
    Console,
    /// `raptor-api`.
    Raptor,
}

impl Party {
    /// The name in `iss` and `aud`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Raptor => "raptor-api",
        }
    }

    /// The one it talks with.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Console => Self::Raptor,
            Self::Raptor => Self::Console,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Makes the token for one request of `issuer` to the other party, to be sent as
/// `Authorization: Bearer …`. It can be used once, and a repeated call needs a fresh one.
///
/// `path` is the path as it stands in the request line, without host and query; `body` is
/// what is sent, byte for byte (empty where there is none).
#[must_use]
pub fn sign(
    key: &SigningKey,
    issuer: Party,
    method: &str,
    path: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> String {
    let issued_at = now.timestamp();
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": key.kid() });
    let claims = json!({
        "iss": issuer.as_str(),
        "aud": issuer.other().as_str(),
        "iat": issued_at,
        "exp": issued_at.saturating_add(LIFETIME.num_seconds()),
        "jti": Uuid::new_v4().to_string(),
        "htm": method,
        "htu": path,
        "body_sha256": body_sha256(body),
    });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(key.mac(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The claim of that name: unpadded base64url of the body's SHA-256.
fn body_sha256(body: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(body))
}
