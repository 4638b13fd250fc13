//! A sign-in in parts.

use ciborium::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{ClientData, Credential, Key, authenticator_data_head, base64url, cbor};

/// How an assertion is signed.
#[derive(Debug, Clone)]
pub enum AssertionSignature {
    /// With the credential's key.
    Good,
    /// With a key that nobody has registered.
    ByAnotherKey,
    /// With the credential's key, over something else.
    OverSomethingElse,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The parts of an `AuthenticationResponseJSON`. Fresh from
/// [`crate::SoftwarePasskey::assertion`] all of them are good; change one to see it
/// refused.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// The client data.
    pub client_data: ClientData,
    /// What is hashed at the beginning of the authenticator data.
    pub rp_id: String,
    /// The [`crate::flags`].
    pub flags: u8,
    /// The signature counter.
    pub counter: u32,
    /// Extension data; the flag ED is separate.
    pub extensions: Option<Cbor>,
    /// Bytes after the authenticator data; they are signed.
    pub after_authenticator_data: Vec<u8>,
    /// Which credential.
    pub credential_id: Vec<u8>,
    /// `userHandle`; `None`: not sent.
    pub user_handle: Option<Vec<u8>>,
    /// The signature.
    pub signature: AssertionSignature,
    /// The credential's key.
    pub key: Key,
}

impl Assertion {
    pub(crate) fn new(
        credential: &Credential,
        challenge: String,
        origin: &str,
        flags: u8,
        counter: u32,
    ) -> Self {
        Self {
            client_data: ClientData::new("webauthn.get", challenge, origin),
            rp_id: credential.rp_id.clone(),
            flags,
            counter,
            extensions: None,
            after_authenticator_data: Vec::new(),
            credential_id: credential.id.clone(),
            user_handle: Some(credential.user_handle.clone()),
            signature: AssertionSignature::Good,
            key: credential.key.clone(),
        }
    }

    /// The authenticator data (WebAuthn Level 3, section 6.1).
    #[must_use]
    pub fn authenticator_data(&self) -> Vec<u8> {
        let mut data = authenticator_data_head(&self.rp_id, self.flags, self.counter);
        if let Some(extensions) = &self.extensions {
            data.extend(cbor(extensions));
        }
        data.extend(&self.after_authenticator_data);
        data
    }

    fn signature_bytes(&self) -> Vec<u8> {
        let mut message = self.authenticator_data();
        message.extend(Sha256::digest(self.client_data.bytes()));
        match &self.signature {
            AssertionSignature::Good => self.key.sign(&message),
            AssertionSignature::ByAnotherKey => Key::random().sign(&message),
            AssertionSignature::OverSomethingElse => self.key.sign(b"something else"),
            AssertionSignature::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The `AuthenticationResponseJSON`.
    #[must_use]
    pub fn build(&self) -> Value {
        let id = base64url(&self.credential_id);
        let mut response = json!({
            "clientDataJSON": base64url(self.client_data.bytes()),
            "authenticatorData": base64url(self.authenticator_data()),
            "signature": base64url(self.signature_bytes()),
        });
        if let (Some(handle), Some(members)) = (&self.user_handle, response.as_object_mut()) {
            members.insert("userHandle".to_owned(), base64url(handle).into());
        }
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
    }
}
