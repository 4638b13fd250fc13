//! Passkey ceremonies: a strict reading of what the browser sends, in front of webauthn-rs,
//! which verifies signatures and keys (WebAuthn Level 3, sections 7.1 and 7.2).
//!
//! webauthn-rs lets through some of what section 2 of the contracts refuses, so everything that
//! can be judged without a key is judged here first.

pub mod attestation;
pub mod authenticator_data;
pub mod client_data;
mod decoy;
mod options;

use std::time::Duration;

use ghost_contracts::Base64Url;
use ghost_contracts::credential::{AuthenticationResponseJson, RegistrationResponseJson};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
    WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::challenge::CHALLENGE_LIFE;
use crate::settings::{PublicUrl, RelyingPartyId};
use authenticator_data::{AuthenticatorData, Ceremony};

/// Why a ceremony failed: for the log; the client learns only that it did.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// Bytes that cannot be read.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// Readable, and not acceptable.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The library's verdict.
    #[error("not verified: {0:?}")]
    Unverified(WebauthnError),
    /// A stored state or passkey that this version cannot read.
    #[error("unreadable state: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl From<WebauthnError> for CeremonyError {
    fn from(error: WebauthnError) -> Self {
        Self::Unverified(error)
    }
}

/// The relying party of one service.
pub struct Passkeys {
    webauthn: Webauthn,
    origin: String,
}

/// What begin remembers for finish.
#[derive(Serialize, Deserialize)]
pub struct RegistrationState {
    challenge: String,
    library: PasskeyRegistration,
}

/// What begin remembers for finish.
#[derive(Serialize, Deserialize)]
pub struct AuthenticationState {
    challenge: String,
    library: DiscoverableAuthentication,
}

/// A passkey as it was registered, ready to be stored.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// Its id, 1 to 1023 bytes, unique in the database.
    pub credential_id: Vec<u8>,
    /// The library's own form, with the public key.
    pub passkey: Value,
    /// The signature counter.
    pub sign_count: i64,
    /// How the browser says it can be reached.
    pub transports: Vec<String>,
    /// Whether it may be backed up.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
}

/// A passkey as it stands in the database.
#[derive(Debug, Clone)]
pub struct StoredPasskey {
    /// The library's own form.
    pub passkey: Value,
    /// The signature counter, which decides over the one inside `passkey`.
    pub sign_count: i64,
    /// The handle of the user whose passkey it is.
    pub user_handle: Uuid,
}

/// What a verified sign-in changes in the database.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// The new signature counter, greater than the stored one unless both are 0.
    pub sign_count: i64,
    /// Whether the passkey is backed up now.
    pub backed_up: bool,
}

impl Passkeys {
    /// The relying party at `public`.
    ///
    /// # Errors
    /// Where the id does not belong to the address.
    pub fn new(
        public: &PublicUrl,
        rp_id: &RelyingPartyId,
        name: &str,
    ) -> Result<Self, CeremonyError> {
        let webauthn = WebauthnBuilder::new(rp_id.as_str(), public.as_url())?
            .rp_name(name)
            .timeout(Duration::from_secs(CHALLENGE_LIFE.as_secs()))
            .build()?;
        Ok(Self { webauthn, origin: public.origin().to_owned() })
    }

    /// Begins a registration: the options for the browser
    /// (`PublicKeyCredentialCreationOptionsJSON`) and what to remember. `exclude` names the
    /// passkeys that the person has already.
    ///
    /// # Errors
    /// Where the library refuses the names.
    pub fn begin_registration(
        &self,
        user_handle: Uuid,
        email: &str,
        name: &str,
        exclude: Vec<Vec<u8>>,
    ) -> Result<(Value, RegistrationState), CeremonyError> {
        let (options, library) =
            self.webauthn.start_passkey_registration(user_handle, email, name, Some(exclude))?;
        let (options, challenge) = options::creation(&options)?;
        Ok((options, RegistrationState { challenge, library }))
    }

    /// Finishes a registration.
    ///
    /// # Errors
    /// What did not hold.
    pub fn finish_registration(
        &self,
        credential: &RegistrationResponseJson,
        state: &RegistrationState,
    ) -> Result<NewPasskey, CeremonyError> {
        let response = &credential.response;
        same_id(&credential.id, &credential.raw_id)?;
        let client_data = response.client_data_json.as_bytes();
        client_data::check(client_data, "webauthn.create", &state.challenge, &self.origin)?;
        let data = attestation::check(response.attestation_object.as_bytes())?;
        if data.credential_id.as_deref() != Some(credential.raw_id.as_bytes()) {
            return Err(CeremonyError::Refused("rawId is not the id of the credential"));
        }
        let for_library = serde_json::from_value(json!({
            "id": credential.raw_id,
            "rawId": credential.raw_id,
            "type": "public-key",
            "response": {
                "clientDataJSON": response.client_data_json,
                "attestationObject": response.attestation_object,
            },
        }))?;
        let passkey = self.webauthn.finish_passkey_registration(&for_library, &state.library)?;
        Ok(NewPasskey {
            credential_id: credential.raw_id.as_bytes().to_vec(),
            passkey: serde_json::to_value(&passkey)?,
            sign_count: i64::from(data.sign_count),
            transports: response.transports.iter().map(ToString::to_string).collect(),
            backup_eligible: data.backup_eligible,
            backed_up: data.backed_up,
        })
    }

    /// Begins a sign-in with a discoverable passkey: nobody is asked for an e-mail address.
    ///
    /// # Errors
    /// Where the library fails.
    pub fn begin_authentication(&self) -> Result<(Value, AuthenticationState), CeremonyError> {
        let (options, library) = self.webauthn.start_discoverable_authentication()?;
        let (options, challenge) = options::request(&options)?;
        Ok((options, AuthenticationState { challenge, library }))
    }

    /// Finishes a sign-in with the passkey that `credential` names, as the database has it.
    ///
    /// # Errors
    /// What did not hold; also a signature counter that did not grow.
    pub fn finish_authentication(
        &self,
        credential: &AuthenticationResponseJson,
        state: AuthenticationState,
        stored: &StoredPasskey,
    ) -> Result<Assertion, CeremonyError> {
        let mut known: Credential =
            serde_json::from_value::<Passkey>(stored.passkey.clone())?.into();
        known.counter = u32::try_from(stored.sign_count).unwrap_or(u32::MAX);
        let data = self.judge(credential, state, |_| Ok(known))?;
        // After the signature, so that this passkey costs as much as one that nobody has.
        let handle = credential.response.user_handle.as_ref().map(|handle| handle.as_bytes());
        if handle != Some(stored.user_handle.as_bytes().as_slice()) {
            return Err(CeremonyError::Refused("the user handle is not the passkey's owner's"));
        }
        Ok(Assertion { sign_count: i64::from(data.sign_count), backed_up: data.backed_up })
    }

    /// Refuses a sign-in with a passkey that nobody has, after the same work: how long an answer
    /// takes does not tell whether a passkey is known. Gives the reason for the log.
    pub fn refuse_unknown(
        &self,
        credential: &AuthenticationResponseJson,
        state: AuthenticationState,
    ) -> CeremonyError {
        // Whoever knows the decoy's private key, which is no secret, comes as far as this.
        let judged = self.judge(credential, state, |data| decoy::passkey(credential, data));
        judged.err().unwrap_or(CeremonyError::Refused("nobody has this passkey"))
    }

    /// Judges an assertion by the credential that `known` gives for its authenticator data.
    fn judge(
        &self,
        credential: &AuthenticationResponseJson,
        state: AuthenticationState,
        known: impl FnOnce(&AuthenticatorData) -> Result<Credential, CeremonyError>,
    ) -> Result<AuthenticatorData, CeremonyError> {
        let response = &credential.response;
        same_id(&credential.id, &credential.raw_id)?;
        let client_data = response.client_data_json.as_bytes();
        client_data::check(client_data, "webauthn.get", &state.challenge, &self.origin)?;
        let data = authenticator_data::parse(
            response.authenticator_data.as_bytes(),
            Ceremony::Authentication,
        )?;
        let for_library = serde_json::from_value(json!({
            "id": credential.raw_id,
            "rawId": credential.raw_id,
            "type": "public-key",
            "response": {
                "clientDataJSON": response.client_data_json,
                "authenticatorData": response.authenticator_data,
                "signature": response.signature,
                "userHandle": response.user_handle,
            },
        }))?;
        let known = DiscoverableKey::from(Passkey::from(known(&data)?));
        self.webauthn.finish_discoverable_authentication_v2(&for_library, state.library, &known)?;
        Ok(data)
    }
}

/// Level 3, section 5.1: `id` is `rawId` as text, and one text stands for one sequence of bytes.
fn same_id(id: &Base64Url, raw_id: &Base64Url) -> Result<(), CeremonyError> {
    if id == raw_id { Ok(()) } else { Err(CeremonyError::Refused("id is not rawId")) }
}
