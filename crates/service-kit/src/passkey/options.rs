//! The options for the browser, as WebAuthn Level 3 section 5.1.8 spells them in JSON.

use serde::Serialize;
use serde_json::{Value, json};

use super::CeremonyError;

/// Creation options with the library's choices replaced by ours: a discoverable credential and
/// user verification required, no attestation, no extension but the one that says whether the
/// credential is discoverable. Gives the challenge beside them.
pub fn creation(options: &impl Serialize) -> Result<(Value, String), CeremonyError> {
    let (mut options, challenge) = public_key(options)?;
    if let Some(members) = options.as_object_mut() {
        members.insert(
            "authenticatorSelection".into(),
            json!({
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            }),
        );
        members.insert("attestation".into(), "none".into());
        members.insert("extensions".into(), json!({"credProps": true}));
        members.remove("attestationFormats");
    }
    Ok((options, challenge))
}

/// Request options for discoverable credentials, without extensions.
pub fn request(options: &impl Serialize) -> Result<(Value, String), CeremonyError> {
    let (mut options, challenge) = public_key(options)?;
    if let Some(members) = options.as_object_mut() {
        members.remove("extensions");
        members.insert("userVerification".into(), "required".into());
    }
    Ok((options, challenge))
}

/// The inner `publicKey` object, without members that say nothing: a browser takes `null` for a
/// value of the wrong type.
fn public_key(options: &impl Serialize) -> Result<(Value, String), CeremonyError> {
    let mut options = serde_json::to_value(options)?;
    let Some(Value::Object(mut members)) = options.get_mut("publicKey").map(Value::take) else {
        return Err(CeremonyError::Malformed("options without publicKey"));
    };
    members.retain(|_, value| !value.is_null());
    let challenge = members.get("challenge").and_then(Value::as_str).map(ToOwned::to_owned);
    let challenge = challenge.ok_or(CeremonyError::Malformed("options without a challenge"))?;
    Ok((Value::Object(members), challenge))
}
