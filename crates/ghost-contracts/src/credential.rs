//! What a browser's `PublicKeyCredential.toJSON()` makes (WebAuthn Level 3, sections 5.1 and
//! 5.2), as far as we read it.
//!
//! Unknown members are skipped, for browsers and password managers add some; that goes for
//! `authenticatorAttachment` and `clientExtensionResults` too, from which nothing follows
//! here. What is read is read strictly: a missing member, a wrong type or text that is not
//! unpadded base64url is a malformed request (section 2). Whether the bytes *mean* anything
//! is the ceremony's business.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::Base64Url;
use crate::object::objects_only;

pub use transport::Transport;

mod transport;

/// A new passkey: `RegistrationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Outer<AttestationResponseJson>", into = "Outer<AttestationResponseJson>")]
pub struct RegistrationResponseJson {
    /// The credential id. It stands twice on the wire; whether the two are the same is the
    /// ceremony's business.
    pub id: Base64Url,
    /// The credential id, once more.
    pub raw_id: Base64Url,
    /// What the authenticator made.
    pub response: AttestationResponseJson,
}

/// `AuthenticatorAttestationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct AttestationResponseJson {
    /// The client data, byte for byte: its hash is what was signed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The attestation object (CBOR).
    pub attestation_object: Base64Url,
    /// By which ways the authenticator can be reached, each named once; empty where the
    /// browser does not say.
    #[serde(default, with = "transport::list")]
    #[schema(value_type = Option<Vec<String>>)]
    pub transports: Vec<Transport>,
}

/// A proof of holding a passkey: `AuthenticationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Outer<AssertionResponseJson>", into = "Outer<AssertionResponseJson>")]
pub struct AuthenticationResponseJson {
    /// The credential id, as in [`RegistrationResponseJson`].
    pub id: Base64Url,
    /// The credential id, once more.
    pub raw_id: Base64Url,
    /// What the authenticator made.
    pub response: AssertionResponseJson,
}

/// `AuthenticatorAssertionResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct AssertionResponseJson {
    /// The client data, byte for byte: its hash is part of what was signed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The authenticator data, the other part.
    pub authenticator_data: Base64Url,
    /// The signature over the two.
    pub signature: Base64Url,
    /// The user handle of the account the passkey belongs to. A discoverable credential
    /// always sends it; the type lets it be absent, and the ceremony judges that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Base64Url>,
}

/// What `PublicKeyCredential.toJSON()` makes. Members that are not named are skipped.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "camelCase")]
struct Outer<R> {
    id: Base64Url,
    raw_id: Base64Url,
    #[serde(rename = "type")]
    kind: Kind,
    response: R,
}

/// The only type of credential there is.
#[derive(Serialize, Deserialize, ToSchema)]
enum Kind {
    #[serde(rename = "public-key")]
    PublicKey,
}

/// The schema of a response is that of what stands on the wire.
macro_rules! schema_of_outer {
    ($($response:ident around $inner:ty;)+) => {$(
        impl PartialSchema for $response {
            fn schema() -> RefOr<Schema> {
                Outer::<$inner>::schema()
            }
        }

        impl ToSchema for $response {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((<$inner>::name().into_owned(), <$inner>::schema()));
                <$inner>::schemas(schemas);
                Outer::<$inner>::schemas(schemas);
            }
        }
    )+};
}

schema_of_outer! {
    RegistrationResponseJson around AttestationResponseJson;
    AuthenticationResponseJson around AssertionResponseJson;
}

impl From<Outer<AttestationResponseJson>> for RegistrationResponseJson {
    fn from(Outer { id, raw_id, response, .. }: Outer<AttestationResponseJson>) -> Self {
        Self { id, raw_id, response }
    }
}

impl From<RegistrationResponseJson> for Outer<AttestationResponseJson> {
    fn from(credential: RegistrationResponseJson) -> Self {
        let RegistrationResponseJson { id, raw_id, response } = credential;
        Self { id, raw_id, kind: Kind::PublicKey, response }
    }
}

impl From<Outer<AssertionResponseJson>> for AuthenticationResponseJson {
    fn from(Outer { id, raw_id, response, .. }: Outer<AssertionResponseJson>) -> Self {
        Self { id, raw_id, response }
    }
}

impl From<AuthenticationResponseJson> for Outer<AssertionResponseJson> {
    fn from(credential: AuthenticationResponseJson) -> Self {
        let AuthenticationResponseJson { id, raw_id, response } = credential;
        Self { id, raw_id, kind: Kind::PublicKey, response }
    }
}

objects_only!(
    AttestationResponseJson,
    AssertionResponseJson,
    Outer<AttestationResponseJson>,
    Outer<AssertionResponseJson>,
);
