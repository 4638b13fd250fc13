//! Keys, and the ring of those that are live.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

/// The shortest secret that is taken, in bytes of UTF-8: as long as the hash it keys.
pub const MIN_SECRET_BYTES: usize = 32;

/// How many hex digits of the secret's hash name the key.
const KID_DIGITS: usize = 8;

/// A secret that signs, ready for use. Its `Debug` shows the key's id alone.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    keyed: Hmac<Sha256>,
}

/// A secret shorter than [`MIN_SECRET_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is shorter than 32 bytes")]
pub struct KeyTooShort;

impl SigningKey {
    /// Takes the secret as the bytes of its UTF-8.
    ///
    /// # Errors
    ///
    /// [`KeyTooShort`]; a service that meets it refuses to start and names the variable.
    pub fn new(secret: SecretString) -> Result<Self, KeyTooShort> {
        let secret = secret.expose_secret().as_bytes();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyTooShort);
        }
        let kid = hex::encode(Sha256::digest(secret)).chars().take(KID_DIGITS).collect();
        // HMAC takes a key of any length, so this error never comes.
        let keyed = Hmac::new_from_slice(secret).map_err(|_| KeyTooShort)?;
        Ok(Self { kid, keyed })
    }

    /// The key's id: the first 8 hex digits of SHA-256 of the secret.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// HMAC-SHA256 over `message`.
    pub(super) fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.keyed.clone().chain_update(message).finalize().into_bytes().into()
    }

    /// Whether `tag` is that, in constant time and at full length.
    pub(super) fn is_mac_of(&self, message: &[u8], tag: &[u8]) -> bool {
        self.keyed.clone().chain_update(message).verify_slice(tag).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The keys that are live: one that signs and verifies and, during a rotation, the one before
/// it, which only verifies (`RAPTOR_INTERNAL_TOKEN_PREVIOUS`).
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: SigningKey,
    previous: Option<SigningKey>,
}

impl KeyRing {
    /// A ring of one or two keys.
    #[must_use]
    pub const fn new(current: SigningKey, previous: Option<SigningKey>) -> Self {
        Self { current, previous }
    }

    /// The key to sign with.
    #[must_use]
    pub const fn current(&self) -> &SigningKey {
        &self.current
    }

    /// The live keys of this id; two only where two secrets collide in it.
    pub(super) fn named(&self, kid: &str) -> impl Iterator<Item = &SigningKey> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .filter(move |key| key.kid() == kid)
    }
}
