//! Why a service token is refused.

/// Why a service token is refused: for the log. The caller always reads the same 401
/// `unauthorized`, whatever it was.
///
/// No message quotes anything that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// There is no `Authorization` header.
    #[error("no Authorization header")]
    Missing,
    /// The header has another scheme than `Bearer`, or nothing after it.
    #[error("the Authorization header holds no bearer token")]
    NotBearer,
    /// More than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES).
    #[error("the token is too long")]
    TooLong,
    /// Not three parts with full stops between them.
    #[error("the token does not have three parts")]
    NotThreeParts,
    /// A part is not unpadded base64url in its canonical form.
    #[error("a part of the token is not unpadded base64url")]
    NotBase64Url,
    /// The header is not exactly `alg`, `typ` and `kid`, each once and each a text.
    #[error("the header does not have exactly the members alg, typ and kid")]
    MalformedHeader,
    /// `typ` is not `JWT`.
    #[error("the header's typ is not JWT")]
    OtherType,
    /// `alg` is not `HS256`.
    #[error("the header's alg is not HS256")]
    OtherAlgorithm,
    /// `kid` names no live key.
    #[error("the header's kid names no live key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature does not match")]
    BadSignature,
    /// The claims are not exactly those of section 4, each once and each of its type.
    #[error("the claims are not exactly those of a service token")]
    MalformedClaims,
    /// `iss` is not the other party.
    #[error("the token was issued by somebody else")]
    OtherIssuer,
    /// `aud` is not this party.
    #[error("the token is for somebody else")]
    OtherAudience,
    /// `exp` is not after `iat`.
    #[error("the token ends before it begins")]
    NoLifetime,
    /// `exp` is more than [`MAX_LIFETIME`](super::MAX_LIFETIME) after `iat`.
    #[error("the token lives too long")]
    TooLongLived,
    /// `iat` is more than [`CLOCK_SKEW`](super::CLOCK_SKEW) ahead.
    #[error("the token is issued in the future")]
    IssuedInFuture,
    /// `exp` is more than [`CLOCK_SKEW`](super::CLOCK_SKEW) ago.
    #[error("the token is expired")]
    Expired,
    /// `jti` is not a UUID v4 in its canonical text form.
    #[error("the token's jti is not a UUID v4")]
    MalformedId,
    /// `htm` is not this request's method.
    #[error("the token is for another method")]
    OtherMethod,
    /// `htu` is not this request's path.
    #[error("the token is for another path")]
    OtherPath,
    /// `body_sha256` is not this request's body's.
    #[error("the token is for another body")]
    OtherBody,
    /// The `jti` was accepted before. Said by whoever stores them.
    #[error("the token was used before")]
    Replayed,
}
