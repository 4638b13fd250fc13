//! The parts of a token, read as strictly as they are written.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{CLOCK_SKEW, Expectation, MAX_LIFETIME, Refusal, body_sha256};
use crate::object;

/// The JOSE header (RFC 7515, section 4). `crit`, and whatever else could change how the
/// token is to be read, is an unknown member and thereby refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    alg: String,
    typ: String,
    pub(super) kid: String,
}

/// The claims of section 4.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    htm: String,
    htu: String,
    body_sha256: String,
}

impl Header {
    pub(super) fn read(part: &str) -> Result<Self, Refusal> {
        let header: Self = object_in(part, Refusal::MalformedHeader)?;
        if header.typ != "JWT" {
            return Err(Refusal::OtherType);
        }
        if header.alg != "HS256" {
            return Err(Refusal::OtherAlgorithm);
        }
        Ok(header)
    }
}

impl Claims {
    /// Only for a part whose signature was found good.
    pub(super) fn read(part: &str) -> Result<Self, Refusal> {
        object_in(part, Refusal::MalformedClaims)
    }

    pub(super) fn check_parties(&self, expected: &Expectation<'_>) -> Result<(), Refusal> {
        if self.iss != expected.audience.other().as_str() {
            return Err(Refusal::OtherIssuer);
        }
        if self.aud != expected.audience.as_str() {
            return Err(Refusal::OtherAudience);
        }
        Ok(())
    }

    /// Checks the times against each other and against the clock; gives `exp`.
    pub(super) fn check_times(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
        let [issued_at, expires_at] =
            [self.iat, self.exp].map(|at| DateTime::from_timestamp(at, 0));
        let issued_at = issued_at.ok_or(Refusal::MalformedClaims)?;
        let expires_at = expires_at.ok_or(Refusal::MalformedClaims)?;
        // Differences only: a sum could leave the calendar, which panics.
        if expires_at <= issued_at {
            return Err(Refusal::NoLifetime);
        }
        if expires_at - issued_at > MAX_LIFETIME {
            return Err(Refusal::TooLongLived);
        }
        if issued_at - now > CLOCK_SKEW {
            return Err(Refusal::IssuedInFuture);
        }
        if now - expires_at > CLOCK_SKEW {
            return Err(Refusal::Expired);
        }
        Ok(expires_at)
    }

    /// Gives the id. Only its canonical text is taken, so that one id cannot come twice in
    /// two spellings.
    pub(super) fn check_id(&self) -> Result<Uuid, Refusal> {
        let id = Uuid::try_parse(&self.jti).map_err(|_| Refusal::MalformedId)?;
        let is_v4 = id.get_version() == Some(uuid::Version::Random)
            && id.get_variant() == uuid::Variant::RFC4122;
        if is_v4 && id.to_string() == self.jti { Ok(id) } else { Err(Refusal::MalformedId) }
    }

    pub(super) fn check_request(&self, expected: &Expectation<'_>) -> Result<(), Refusal> {
        if self.htm != expected.method {
            return Err(Refusal::OtherMethod);
        }
        if self.htu != expected.path {
            return Err(Refusal::OtherPath);
        }
        Ok(())
    }

    pub(super) fn check_body(&self, expected: &Expectation<'_>) -> Result<(), Refusal> {
        if self.body_sha256 != body_sha256(expected.body) {
            return Err(Refusal::OtherBody);
        }
        Ok(())
    }
}

/// The bytes of a part.
pub(super) fn bytes_in(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::NotBase64Url)
}

/// The JSON object in a part; `malformed` where there is another thing.
fn object_in<T: DeserializeOwned>(part: &str, malformed: Refusal) -> Result<T, Refusal> {
    object::from_slice(&bytes_in(part)?).map_err(|_| malformed)
}
