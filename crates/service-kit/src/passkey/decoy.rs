//! A passkey that nobody has, so that one which is not known costs as much to refuse as one whose
//! signature is wrong.

use ghost_contracts::credential::AuthenticationResponseJson;
use serde_json::json;
use webauthn_rs::prelude::{Credential, Passkey};

use super::CeremonyError;
use super::authenticator_data::AuthenticatorData;

/// The base point of P-256 (SEC 2, section 2.4.2): a public key like any other to whoever
/// verifies a signature.
const X: &str = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
const Y: &str = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

/// A passkey under the id that the browser named, in the library's own form.
///
/// # Errors
/// Where the library's form has changed.
pub(super) fn passkey(
    credential: &AuthenticationResponseJson,
    data: &AuthenticatorData,
) -> Result<Credential, CeremonyError> {
    let passkey: Passkey = serde_json::from_value(json!({"cred": {
        "cred_id": credential.raw_id,
        "cred": {
            "type_": "ES256",
            "key": {"EC_EC2": {"curve": "SECP256R1", "x": X, "y": Y}},
        },
        "counter": 0,
        "transports": null,
        "user_verified": true,
        "backup_eligible": data.backup_eligible,
        "backup_state": data.backed_up,
        "registration_policy": "required",
        "extensions": {
            "appid": "NotRequested",
            "cred_props": "Ignored",
            "cred_protect": "Ignored",
            "hmac_create_secret": "NotRequested",
        },
        "attestation": {"data": "None", "metadata": "None"},
        "attestation_format": "none",
    }}))?;
    Ok(passkey.into())
}
