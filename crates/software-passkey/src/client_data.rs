//! What the browser signs off.

use serde::Serialize;

/// The members of `clientDataJSON` (WebAuthn Level 3, section 5.8.1), in its order.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The challenge as it stood in the options: base64url.
    pub challenge: String,
    /// The page's origin.
    pub origin: String,
    /// Whether the page was in a frame of another origin. `None`: not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_origin: Option<bool>,
    /// The origin of the outermost page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_origin: Option<String>,
    /// These bytes instead of all the above.
    #[serde(skip)]
    pub replaced_by: Option<Vec<u8>>,
}

impl ClientData {
    pub(crate) fn new(kind: &str, challenge: String, origin: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            challenge,
            origin: origin.to_owned(),
            cross_origin: Some(false),
            top_origin: None,
            replaced_by: None,
        }
    }

    /// The bytes that are hashed and sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.replaced_by
            .clone()
            .unwrap_or_else(|| serde_json::to_vec(self).expect("plain text makes JSON"))
    }
}
