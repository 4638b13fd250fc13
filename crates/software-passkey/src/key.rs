//! An ES256 key.

use ciborium::Value;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;

/// The private key of a credential. `Debug` does not show it.
#[derive(Clone)]
pub struct Key(SigningKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// A fresh one.
    #[must_use]
    pub fn random() -> Self {
        loop {
            // All but a 2^-32 part of the 32-byte strings are keys.
            let bytes: [u8; 32] = rand::random();
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// A signature in DER, as WebAuthn wants it.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    /// The two coordinates of the public key.
    pub(crate) fn coordinates(&self) -> (Vec<u8>, Vec<u8>) {
        let point = self.0.verifying_key().to_sec1_point(false);
        // A leading 4, then two coordinates of 32 bytes.
        let (x, y) = point.as_bytes().split_at(33);
        (x.iter().skip(1).copied().collect(), y.to_vec())
    }

    /// The public key as a COSE key (RFC 9053, section 7.1.1) in CTAP2's canonical order,
    /// with an algorithm that need not be its own.
    pub(crate) fn cose(&self, algorithm: i64) -> Value {
        let (x, y) = self.coordinates();
        Value::Map(vec![
            (Value::from(1), Value::from(2)),
            (Value::from(3), Value::from(algorithm)),
            (Value::from(-1), Value::from(1)),
            (Value::from(-2), Value::Bytes(x)),
            (Value::from(-3), Value::Bytes(y)),
        ])
    }

    /// The public key as browsers give it in `publicKey`: a DER SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Vec<u8> {
        let key = p256::PublicKey::from(self.0.verifying_key());
        key.to_public_key_der().expect("a P-256 key has a DER form").into_vec()
    }
}
