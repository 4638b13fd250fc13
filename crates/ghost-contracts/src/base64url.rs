//! Bytes as base64url, read without any leniency.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Bytes that travel as unpadded base64url (RFC 4648, section 5).
///
/// Each value has exactly one text: padding, characters of another alphabet, white space and
/// trailing bits that are not zero are refused, so two texts are equal where the bytes are.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$", description = "Bytes as unpadded base64url (RFC 4648, section 5).", examples("AQID"))]
pub struct Base64Url(Vec<u8>);

/// Text that is not unpadded base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not unpadded base64url.")]
pub struct NotBase64Url;

impl Base64Url {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, given away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64Url {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl FromStr for Base64Url {
    type Err = NotBase64Url;

    fn from_str(text: &str) -> Result<Self, NotBase64Url> {
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| NotBase64Url)
    }
}

impl TryFrom<String> for Base64Url {
    type Error = NotBase64Url;

    fn try_from(text: String) -> Result<Self, NotBase64Url> {
        text.parse()
    }
}

impl From<Base64Url> for String {
    fn from(bytes: Base64Url) -> Self {
        bytes.to_string()
    }
}

impl fmt::Display for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64Url({self})")
    }
}
