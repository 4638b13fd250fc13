//! A software authenticator together with the browser around it: ES256, attestation `none`,
//! discoverable credentials.
//!
//! [`SoftwarePasskey::create`] and [`SoftwarePasskey::get`] do what
//! `navigator.credentials.create` and `.get` do. For a ceremony that must be wrong in one
//! place, [`SoftwarePasskey::registration`] and [`SoftwarePasskey::assertion`] return the
//! good one in parts; change one and `build` it.
//!
//! Those four panic where a browser would refuse: that is how tests want it. A program calls
//! [`SoftwarePasskey::try_create`] and [`SoftwarePasskey::try_get`].

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the panicking half is for tests; what the other half expects cannot fail"
)]

mod assertion;
mod client_data;
mod key;
mod options;
mod registration;

use serde_json::Value;

pub use assertion::{Assertion, AssertionSignature};
pub use client_data::ClientData;
pub use key::Key;
pub use registration::{Registration, Statement};

/// The flags of authenticator data (WebAuthn Level 3, section 6.1).
pub mod flags {
    /// User present.
    pub const UP: u8 = 0x01;
    /// User verified.
    pub const UV: u8 = 0x04;
    /// Backup eligible.
    pub const BE: u8 = 0x08;
    /// Backed up.
    pub const BS: u8 = 0x10;
    /// Attested credential data included.
    pub const AT: u8 = 0x40;
    /// Extension data included.
    pub const ED: u8 = 0x80;
}

/// What a browser or an authenticator would refuse to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The options lack a member, or it has a wrong type.
    #[error("the options have no good `{0}`")]
    BadOptions(&'static str),
    /// The page may not ask for that RP id (the browser's `SecurityError`).
    #[error("a page of {origin} may not use the RP id {rp_id}")]
    ForeignRpId {
        /// Where the page is from.
        origin: String,
        /// What it asked for.
        rp_id: String,
    },
    /// ES256 is not offered (`NotSupportedError`).
    #[error("the options do not offer ES256")]
    NoCommonAlgorithm,
    /// This authenticator holds an excluded credential (`InvalidStateError`).
    #[error("this passkey is registered there already")]
    Excluded,
    /// This authenticator holds no credential that would do (`NotAllowedError`).
    #[error("this passkey holds no credential for {rp_id}")]
    NoCredential {
        /// What was asked for.
        rp_id: String,
    },
}

/// One credential that the authenticator holds.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its id.
    pub id: Vec<u8>,
    /// Whom it signs in at.
    pub rp_id: String,
    /// Whom it signs in, as the relying party named them.
    pub user_handle: Vec<u8>,
    /// Its private key.
    pub key: Key,
    /// The last signature counter that it has used.
    pub counter: u32,
}

/// A software authenticator. A clone of it is a cloned authenticator: both count on from
/// the same number.
#[derive(Debug, Clone)]
pub struct SoftwarePasskey {
    /// [`flags`] of its ceremonies, without AT and ED: UP and UV from [`Self::new`].
    pub flags: u8,
    /// By how much its counter grows with each sign-in; with 0 it does not count, as the
    /// passkeys of Apple and Google.
    pub counter_step: u32,
    /// What a registration says in `transports`.
    pub transports: Vec<String>,
    credentials: Vec<Credential>,
}

impl Default for SoftwarePasskey {
    fn default() -> Self {
        Self::new()
    }
}

impl SoftwarePasskey {
    /// An authenticator bound to one device, which counts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            flags: flags::UP | flags::UV,
            counter_step: 1,
            transports: vec!["internal".to_owned()],
            credentials: Vec::new(),
        }
    }

    /// A passkey that its maker backs up: BE and BS are set, it does not count.
    #[must_use]
    pub fn synced() -> Self {
        Self {
            flags: flags::UP | flags::UV | flags::BE | flags::BS,
            counter_step: 0,
            transports: vec!["internal".to_owned(), "hybrid".to_owned()],
            credentials: Vec::new(),
        }
    }

    /// Creates a credential for `PublicKeyCredentialCreationOptionsJSON` on a page of
    /// `origin`, keeps it, and returns the `RegistrationResponseJSON`.
    ///
    /// # Panics
    ///
    /// Where [`Self::try_create`] returns an error.
    pub fn create(&mut self, options: &Value, origin: &str) -> Value {
        self.try_create(options, origin).unwrap_or_else(|error| panic!("create: {error}"))
    }

    /// As [`Self::create`].
    ///
    /// # Errors
    ///
    /// [`PasskeyError`], where a browser would refuse.
    pub fn try_create(&mut self, options: &Value, origin: &str) -> Result<Value, PasskeyError> {
        let registration = self.try_registration(options, origin)?;
        self.keep(&registration);
        Ok(registration.build())
    }

    /// Signs in for `PublicKeyCredentialRequestOptionsJSON` on a page of `origin` with the
    /// newest credential that will do, counts, and returns the
    /// `AuthenticationResponseJSON`.
    ///
    /// # Panics
    ///
    /// Where [`Self::try_get`] returns an error.
    pub fn get(&mut self, options: &Value, origin: &str) -> Value {
        self.try_get(options, origin).unwrap_or_else(|error| panic!("get: {error}"))
    }

    /// As [`Self::get`].
    ///
    /// # Errors
    ///
    /// [`PasskeyError`], where a browser would refuse.
    pub fn try_get(&mut self, options: &Value, origin: &str) -> Result<Value, PasskeyError> {
        let assertion = self.try_assertion(options, origin)?;
        for credential in &mut self.credentials {
            if credential.id == assertion.credential_id {
                credential.counter = assertion.counter;
            }
        }
        Ok(assertion.build())
    }

    /// A good registration with a fresh key, to be changed before it is built. The
    /// authenticator does not hold the credential until [`Self::keep`].
    ///
    /// # Panics
    ///
    /// As [`Self::create`].
    #[must_use]
    pub fn registration(&self, options: &Value, origin: &str) -> Registration {
        self.try_registration(options, origin).unwrap_or_else(|error| panic!("create: {error}"))
    }

    fn try_registration(
        &self,
        options: &Value,
        origin: &str,
    ) -> Result<Registration, PasskeyError> {
        let asked = options::Creation::parse(options, origin)?;
        let held = |id: &Vec<u8>| self.find(&asked.rp_id, std::slice::from_ref(id)).is_some();
        if asked.excluded.iter().any(held) {
            return Err(PasskeyError::Excluded);
        }
        Ok(Registration::new(asked, origin, self.flags, self.transports.clone()))
    }

    /// Holds the credential of that registration from now on, as it is by now, in place of
    /// one for the same user of the same relying party.
    pub fn keep(&mut self, registration: &Registration) {
        let credential = registration.credential();
        self.credentials.retain(|held| {
            (&held.rp_id, &held.user_handle) != (&credential.rp_id, &credential.user_handle)
        });
        self.credentials.push(credential);
    }

    /// A good assertion, to be changed before it is built. The credential's counter stays
    /// as it is.
    ///
    /// # Panics
    ///
    /// As [`Self::get`].
    #[must_use]
    pub fn assertion(&self, options: &Value, origin: &str) -> Assertion {
        self.try_assertion(options, origin).unwrap_or_else(|error| panic!("get: {error}"))
    }

    fn try_assertion(&self, options: &Value, origin: &str) -> Result<Assertion, PasskeyError> {
        let asked = options::Request::parse(options, origin)?;
        let credential = self
            .find(&asked.rp_id, &asked.allowed)
            .ok_or_else(|| PasskeyError::NoCredential { rp_id: asked.rp_id.clone() })?;
        let counter = credential.counter.saturating_add(self.counter_step);
        Ok(Assertion::new(credential, asked.challenge, origin, self.flags, counter))
    }

    /// The credentials it holds, oldest first.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The newest credential for that RP id with one of these ids; no ids: any.
    fn find(&self, rp_id: &str, ids: &[Vec<u8>]) -> Option<&Credential> {
        self.credentials.iter().rev().find(|credential| {
            credential.rp_id == rp_id && (ids.is_empty() || ids.contains(&credential.id))
        })
    }
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The first 37 bytes of authenticator data (WebAuthn Level 3, section 6.1).
fn authenticator_data_head(rp_id: &str, flags: u8, counter: u32) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut data = Sha256::digest(rp_id.as_bytes()).to_vec();
    data.push(flags);
    data.extend(counter.to_be_bytes());
    data
}

fn cbor(value: &ciborium::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("writing to memory does not fail");
    bytes
}

#[cfg(test)]
mod tests;
