//! A registration in parts.

use ciborium::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::options::{Creation, ES256};
use crate::{ClientData, Credential, Key, authenticator_data_head, base64url, cbor, flags};

/// An attestation statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// Nothing, as `none` demands.
    Empty,
    /// Whatever it is.
    Cbor(Cbor),
    /// `packed` self attestation, signed with the credential's own key.
    SelfSigned,
    /// The same with a signature over something else.
    SelfSignedWrongly,
    /// The same with another algorithm than the credential's.
    SelfSignedAs(i64),
}

/// The parts of a `RegistrationResponseJSON`. Fresh from
/// [`crate::SoftwarePasskey::registration`] all of them are good; change one to see it
/// refused.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The client data.
    pub client_data: ClientData,
    /// What is hashed at the beginning of the authenticator data.
    pub rp_id: String,
    /// The [`flags`], with AT.
    pub flags: u8,
    /// The signature counter.
    pub counter: u32,
    /// The kind of authenticator; zeros for attestation `none`.
    pub aaguid: [u8; 16],
    /// 32 random bytes.
    pub credential_id: Vec<u8>,
    /// Whether the attested credential data is there; the flag AT is separate.
    pub with_credential_data: bool,
    /// The algorithm that the COSE key names: -7.
    pub algorithm: i64,
    /// This COSE key instead of the key's own.
    pub cose_key: Option<Cbor>,
    /// Extension data; the flag ED is separate.
    pub extensions: Option<Cbor>,
    /// Bytes after the authenticator data.
    pub after_authenticator_data: Vec<u8>,
    /// `fmt`: `none`.
    pub format: String,
    /// `attStmt`.
    pub statement: Statement,
    /// Further members of the attestation object.
    pub more_members: Vec<(Cbor, Cbor)>,
    /// Bytes after the attestation object.
    pub after_attestation_object: Vec<u8>,
    /// These bytes instead of the attestation object.
    pub attestation_object: Option<Vec<u8>>,
    /// `transports`.
    pub transports: Vec<String>,
    /// The credential's key.
    pub key: Key,
    /// Whom the credential is for; not sent.
    pub user_handle: Vec<u8>,
    cred_props: bool,
}

impl Registration {
    pub(crate) fn new(asked: Creation, origin: &str, flags: u8, transports: Vec<String>) -> Self {
        Self {
            client_data: ClientData::new("webauthn.create", asked.challenge, origin),
            rp_id: asked.rp_id,
            flags: flags | flags::AT,
            counter: 0,
            aaguid: [0; 16],
            credential_id: rand::random::<[u8; 32]>().to_vec(),
            with_credential_data: true,
            algorithm: ES256,
            cose_key: None,
            extensions: None,
            after_authenticator_data: Vec::new(),
            format: "none".to_owned(),
            statement: Statement::Empty,
            more_members: Vec::new(),
            after_attestation_object: Vec::new(),
            attestation_object: None,
            transports,
            key: Key::random(),
            user_handle: asked.user_handle,
            cred_props: asked.wants_cred_props,
        }
    }

    /// The same with a `packed` self attestation that verifies.
    #[must_use]
    pub fn self_attested(mut self) -> Self {
        self.format = "packed".to_owned();
        self.statement = Statement::SelfSigned;
        self
    }

    /// The authenticator data (WebAuthn Level 3, section 6.1).
    #[must_use]
    pub fn authenticator_data(&self) -> Vec<u8> {
        let mut data = authenticator_data_head(&self.rp_id, self.flags, self.counter);
        if self.with_credential_data {
            data.extend(self.aaguid);
            let length = u16::try_from(self.credential_id.len());
            data.extend(length.expect("a credential id under 64 KiB").to_be_bytes());
            data.extend(&self.credential_id);
            let own = || self.key.cose(self.algorithm);
            data.extend(cbor(&self.cose_key.clone().unwrap_or_else(own)));
        }
        if let Some(extensions) = &self.extensions {
            data.extend(cbor(extensions));
        }
        data.extend(&self.after_authenticator_data);
        data
    }

    /// The attestation object (WebAuthn Level 3, section 6.5.4).
    #[must_use]
    pub fn attestation_object_bytes(&self) -> Vec<u8> {
        if let Some(bytes) = &self.attestation_object {
            return bytes.clone();
        }
        let data = self.authenticator_data();
        let mut members = vec![
            (Cbor::from("fmt"), Cbor::from(self.format.as_str())),
            (Cbor::from("attStmt"), self.statement_for(&data)),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ];
        members.extend(self.more_members.iter().cloned());
        let mut bytes = cbor(&Cbor::Map(members));
        bytes.extend(&self.after_attestation_object);
        bytes
    }

    fn statement_for(&self, authenticator_data: &[u8]) -> Cbor {
        let mut message = authenticator_data.to_vec();
        message.extend(Sha256::digest(self.client_data.bytes()));
        let signed = |algorithm: i64, message: &[u8]| {
            Cbor::Map(vec![
                (Cbor::from("alg"), Cbor::from(algorithm)),
                (Cbor::from("sig"), Cbor::Bytes(self.key.sign(message))),
            ])
        };
        match &self.statement {
            Statement::Empty => Cbor::Map(Vec::new()),
            Statement::Cbor(value) => value.clone(),
            Statement::SelfSigned => signed(self.algorithm, &message),
            Statement::SelfSignedWrongly => signed(self.algorithm, b"something else"),
            Statement::SelfSignedAs(algorithm) => signed(*algorithm, &message),
        }
    }

    /// The `RegistrationResponseJSON`, with the members that browsers add.
    #[must_use]
    pub fn build(&self) -> Value {
        let id = base64url(&self.credential_id);
        let extensions =
            if self.cred_props { json!({"credProps": {"rk": true}}) } else { json!({}) };
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": extensions,
            "response": {
                "clientDataJSON": base64url(self.client_data.bytes()),
                "attestationObject": base64url(self.attestation_object_bytes()),
                "authenticatorData": base64url(self.authenticator_data()),
                "transports": self.transports,
                "publicKey": base64url(self.key.spki()),
                "publicKeyAlgorithm": self.algorithm,
            },
        })
    }

    /// What the authenticator keeps of it.
    #[must_use]
    pub fn credential(&self) -> Credential {
        Credential {
            id: self.credential_id.clone(),
            rp_id: self.rp_id.clone(),
            user_handle: self.user_handle.clone(),
            key: self.key.clone(),
            counter: self.counter,
        }
    }
}
