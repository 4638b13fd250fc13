//! The keys that sign checkpoints: Ed25519 (RFC 8032).

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::settings::{Setting, stays_here};

/// `AUDIT_SIGNING_KEY`, `AUDIT_SIGNING_KEY_PREVIOUS`: an Ed25519 seed. It cannot be printed.
#[derive(Clone)]
pub struct SigningKey(Arc<Ed25519KeyPair>);

impl SigningKey {
    /// Signs.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        let signed = self.0.sign(message);
        // An Ed25519 signature has 64 bytes.
        if let Some(bytes) = signed.as_ref().first_chunk() {
            signature = *bytes;
        }
        signature
    }

    /// What verifies its signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 32];
        if let Some(key) = self.0.public_key().as_ref().first_chunk() {
            bytes = *key;
        }
        PublicKey(bytes)
    }
}

impl Setting for SigningKey {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = "must be an Ed25519 seed: 32 bytes as 64 hex digits or in unpadded base64url \
                     (try: openssl rand -hex 32)";
        let seed = bytes(text).ok_or(shape)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| shape)?;
        Ok(Self(Arc::new(pair)))
    }
}

/// Verifies the signatures of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads what [`Self::to_text`] writes, or 64 hex digits.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shape = "must be 32 bytes in unpadded base64url, or 64 hex digits";
        Ok(Self(bytes(text.trim()).ok_or(shape)?))
    }

    /// Unpadded base64url.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The name of the key in checkpoints: the first 16 hex digits of the SHA-256 of its bytes.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(Sha256::digest(self.0)).chars().take(16).collect()
    }

    /// Whether this key signed `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

/// The two ways to write 32 bytes; their lengths tell them apart.
fn bytes(text: &str) -> Option<[u8; 32]> {
    let bytes = match text.len() {
        64 => hex::decode(text).ok()?,
        43 => URL_SAFE_NO_PAD.decode(text).ok()?,
        _ => return None,
    };
    bytes.try_into().ok()
}

/// `AUDIT_CHECKPOINT_URL`: where checkpoints are posted. It can hold a secret in its path or query,
/// so it is not printed.
#[derive(Clone)]
pub struct CheckpointUrl(url::Url);

impl CheckpointUrl {
    /// The address.
    #[must_use]
    pub fn as_url(&self) -> &url::Url {
        &self.0
    }
}

impl Setting for CheckpointUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = "must be an address such as https://example.net/checkpoints; http will do on \
                     this machine alone";
        let url = url::Url::parse(text).map_err(|_| shape)?;
        let usable = url.fragment().is_none()
            && url.host().is_some()
            && (url.scheme() == "https" || (url.scheme() == "http" && stays_here(&url)));
        if usable { Ok(Self(url)) } else { Err(shape.to_owned()) }
    }
}

/// What the variables say about the audit log.
#[derive(Clone, Default)]
pub struct AuditSettings {
    /// `AUDIT_SIGNING_KEY`: signs checkpoints. Without it none leaves.
    pub key: Option<SigningKey>,
    /// `AUDIT_SIGNING_KEY_PREVIOUS`: the key before it, which verifies alone.
    pub previous: Option<SigningKey>,
    /// `AUDIT_CHECKPOINT_URL`.
    pub checkpoint_url: Option<CheckpointUrl>,
}

impl AuditSettings {
    /// What verifies checkpoints.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.key.iter().chain(&self.previous).map(SigningKey::public_key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_hex_or_base64url() {
        // RFC 8032, section 7.1, test 1.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let key = SigningKey::parse(seed).unwrap();
        assert_eq!(key.public_key(), PublicKey::parse(public).unwrap());
        assert_eq!(key.public_key(), PublicKey::parse(&key.public_key().to_text()).unwrap());
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(hex::encode(key.sign(b"")), signature);
        assert!(key.public_key().verify(b"", &hex::decode(signature).unwrap()));
        assert!(!key.public_key().verify(b"a", &hex::decode(signature).unwrap()));
        let same = URL_SAFE_NO_PAD.encode(hex::decode(seed).unwrap());
        assert_eq!(SigningKey::parse(&same).unwrap().public_key(), key.public_key());
        for bad in
            ["", "secret", &seed[..62], &format!("{seed}00"), &"g".repeat(64), &"=".repeat(43)]
        {
            let reason = SigningKey::parse(bad).err().unwrap();
            assert!(reason.contains("openssl rand -hex 32"), "{reason}");
        }
    }

    #[test]
    fn a_checkpoint_goes_out_over_https_or_stays_on_this_machine() {
        for good in [
            "https://example.net/a?b=c",
            "http://127.0.0.1:9/x",
            "http://localhost",
            "http://[::1]/",
        ] {
            assert!(CheckpointUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.net",
            "ftp://localhost",
            "example.net",
            "https://x/#y",
            "http://10.0.0.1",
        ] {
            assert!(CheckpointUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
