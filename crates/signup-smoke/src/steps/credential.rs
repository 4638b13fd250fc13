use ghost_contracts::Base64Url;
use serde_json::Value;
use software_passkey::SoftwarePasskey;

use crate::cut;
use crate::diagnosis::{challenge_differs, impossible_options};
use crate::failure::Failure;
use crate::run::Run;

/// Step 3: what a browser and an authenticator would make of the options: ES256, attestation
/// `none`.
///
/// # Errors
///
/// [`Failure`].
pub async fn build_credential(run: &Run, options: &Value) -> Result<Value, Failure> {
    run.step("credential", "building synthetic credential (EC P-256, fmt=none)...", async {
        let credential = SoftwarePasskey::new()
            .try_create(options, &run.settings.origin)
            .map_err(|error| impossible_options(&error, options))?;
        if signed_challenge(&credential).as_ref() != options.get("challenge") {
            return Err(challenge_differs());
        }
        let id = credential.get("id").and_then(Value::as_str).unwrap_or_default();
        run.know(|facts| facts.credential_id = Some(id.to_owned()));
        let said =
            format!("cred_id={} clientData challenge matches options challenge", cut::head(id));
        Ok((credential, said))
    })
    .await
}

/// The challenge in the client data, which is what the relying party compares.
fn signed_challenge(credential: &Value) -> Option<Value> {
    let client_data = credential.pointer("/response/clientDataJSON")?.as_str()?;
    let client_data: Base64Url = client_data.parse().ok()?;
    let client_data: Value = serde_json::from_slice(client_data.as_bytes()).ok()?;
    client_data.get("challenge").cloned()
}
