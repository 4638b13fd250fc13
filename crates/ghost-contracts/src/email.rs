//! E-mail addresses in their one normal form (section 2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most bytes an address may have: what RFC 5321 leaves of a path of 256 within its
/// angle brackets.
pub const MAX_BYTES: usize = 254;

/// An e-mail address: ASCII, in the syntax of WHATWG `input type=email`, trimmed of ASCII
/// white space, lower case, at most [`MAX_BYTES`] long.
///
/// Two addresses are the same person's exactly where the two values are equal; the CHECK and
/// the unique index in both databases hold the same form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    max_length = 254,
    pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
    description = "An e-mail address: ASCII, in the syntax of WHATWG `input type=email`, in lower \
        case. What is sent is trimmed of ASCII white space and brought into lower case.",
    examples("ada@example.com")
)]
pub struct EmailAddress(String);

/// Why a text is no e-mail address. Each message is fit for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Nothing but white space.
    #[error("Enter an e-mail address.")]
    Empty,
    /// More than [`MAX_BYTES`] after trimming.
    #[error("An e-mail address has at most 254 characters.")]
    TooLong,
    /// A letter or sign outside ASCII.
    #[error("An e-mail address can only hold unaccented letters, digits and plain signs.")]
    NotAscii,
    /// Anything else that `input type=email` would refuse.
    #[error("This is not an e-mail address; it should look like name@example.com.")]
    Syntax,
}

impl EmailAddress {
    /// Brings a text into the normal form.
    ///
    /// # Errors
    ///
    /// The first of the [reasons](EmailAddressError) that applies.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
        if trimmed.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        if !trimmed.is_ascii() {
            return Err(EmailAddressError::NotAscii);
        }
        if trimmed.len() > MAX_BYTES {
            return Err(EmailAddressError::TooLong);
        }
        match trimmed.split_once('@') {
            Some((local, domain)) if is_local_part(local) && domain.split('.').all(is_label) => {
                Ok(Self(trimmed.to_ascii_lowercase()))
            }
            _ => Err(EmailAddressError::Syntax),
        }
    }

    /// The address in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a smoke account's address, `smoke-test+…@domain` (section 9,
    /// `SMOKE_EMAIL_DOMAIN`), with something after the plus sign.
    #[must_use]
    pub fn is_smoke_account(&self, domain: &str) -> bool {
        self.0.split_once('@').is_some_and(|(local, own_domain)| {
            own_domain.eq_ignore_ascii_case(domain)
                && local.strip_prefix("smoke-test+").is_some_and(|rest| !rest.is_empty())
        })
    }
}

/// RFC 5322 `atext` and the full stop, which HTML lets stand anywhere.
fn is_local_part(local: &str) -> bool {
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
}

/// A host label (RFC 1034, section 3.5, with RFC 1123's leading digit).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailAddressError;

    fn try_from(text: String) -> Result<Self, EmailAddressError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(email: EmailAddress) -> Self {
        email.0
    }
}

impl AsRef<str> for EmailAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
