//! Judging a token.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::parts::{Claims, Header, bytes_in};
use super::{KeyRing, MAX_TOKEN_BYTES, Party, Refusal};

/// The request that a token must have been made for.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// Who was asked: us.
    pub audience: Party,
    /// The method as it came, in upper case.
    pub method: &'a str,
    /// The path as it stood in the request line, without the query and not decoded.
    pub path: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// What our clock says.
    pub now: DateTime<Utc>,
}

/// A good token, if its id was never seen before: store `jti` now, for
/// [`JTI_KEPT`](super::JTI_KEPT), and refuse where it is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a token is good only if its jti was never seen before"]
pub struct VerifiedToken {
    /// The token's id.
    pub jti: Uuid,
    /// Its `exp`, without the skew.
    pub expires_at: DateTime<Utc>,
}

impl KeyRing {
    /// Judges a bearer token by all of section 4 but the replay.
    ///
    /// The signature comes before the claims: of a token that is not from one of us, no claim
    /// is read.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] that applies.
    pub fn verify(
        &self,
        bearer: &str,
        expected: &Expectation<'_>,
    ) -> Result<VerifiedToken, Refusal> {
        let (claims, token) = self.judge_head(bearer, expected)?;
        claims.check_body(expected)?;
        Ok(token)
    }

    /// Judges what can be judged before the body is there: all that [`Self::verify`] judges but
    /// `body_sha256`. Whoever has no token for this method and path need not be read further.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] that applies, never [`Refusal::OtherBody`].
    pub fn check_head(&self, bearer: &str, expected: &Expectation<'_>) -> Result<(), Refusal> {
        self.judge_head(bearer, expected).map(|_| ())
    }

    fn judge_head(
        &self,
        bearer: &str,
        expected: &Expectation<'_>,
    ) -> Result<(Claims, VerifiedToken), Refusal> {
        let claims = self.open(bearer)?;
        claims.check_parties(expected)?;
        let expires_at = claims.check_times(expected.now)?;
        let jti = claims.check_id()?;
        claims.check_request(expected)?;
        Ok((claims, VerifiedToken { jti, expires_at }))
    }

    /// The claims of a token that one of us has signed.
    fn open(&self, bearer: &str) -> Result<Claims, Refusal> {
        if bearer.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = bearer.rsplit_once('.').ok_or(Refusal::NotThreeParts)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::NotThreeParts)?;
        if claims.contains('.') {
            return Err(Refusal::NotThreeParts);
        }
        let kid = Header::read(header)?.kid;
        let signature = bytes_in(signature)?;
        let mut keys = self.named(&kid).peekable();
        keys.peek().ok_or(Refusal::UnknownKey)?;
        if !keys.any(|key| key.is_mac_of(signed.as_bytes(), &signature)) {
            return Err(Refusal::BadSignature);
        }
        Claims::read(claims)
    }
}

/// The bearer token of an `Authorization` header's value (RFC 6750, section 2.1); the scheme
/// is read in any case (RFC 9110, section 11.1).
///
/// # Errors
///
/// [`Refusal::Missing`] without a header, [`Refusal::NotBearer`] for another scheme and for a
/// scheme alone.
pub fn bearer(authorization: Option<&str>) -> Result<&str, Refusal> {
    let (scheme, token) =
        authorization.ok_or(Refusal::Missing)?.split_once(' ').ok_or(Refusal::NotBearer)?;
    let token = token.trim_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        Ok(token)
    } else {
        Err(Refusal::NotBearer)
    }
}
