//! The public API of `raptor-api` (section 2): the tester's browser asks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::credential::{AuthenticationResponseJson, RegistrationResponseJson};
use crate::object::objects_only;
use crate::{EmailAddress, Token, timestamp};

pub use report::{ClientError, MAX_ELAPSED_MS, RegisterReportRequest, UnknownClientError};

mod report;

/// `POST` [`BeginRequest`], answered with [`BeginAnswer`].
pub const REGISTER_BEGIN_PATH: &str = "/api/auth/register/begin-with-token";

/// `POST` [`VerifyRequest`], answered with [`VerifyAnswer`].
pub const REGISTER_VERIFY_PATH: &str = "/api/auth/register/verify-with-token";

/// `POST` [`RegisterReportRequest`], answered with 204.
pub const REGISTER_REPORT_PATH: &str = "/api/auth/register/report";

/// `POST` [`LoginBeginRequest`], answered with [`LoginBeginAnswer`].
pub const LOGIN_BEGIN_PATH: &str = "/api/auth/login/begin";

/// `POST` [`LoginVerifyRequest`], answered with [`VerifyAnswer`] and the session cookie.
pub const LOGIN_VERIFY_PATH: &str = "/api/auth/login/verify";

/// `GET`, answered with [`SessionAnswer`] or 401 `unauthenticated`.
pub const SESSION_PATH: &str = "/api/auth/session";

/// `POST` without a body, answered with 204.
pub const LOGOUT_PATH: &str = "/api/auth/logout";

/// The page of the walkthrough and the NDA; its form posts to the same path.
pub const WALKTHROUGH_PAGE_PATH: &str = "/walkthrough";

/// The page of the passkey ceremony.
pub const SIGNUP_PAGE_PATH: &str = "/signup";

/// Begins the registration of a passkey.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct BeginRequest {
    /// The bootstrap token. Any text: one of bad shape is `invalid_signup_link`, no malformed
    /// request.
    pub token: Token,
}

/// What the browser is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BeginAnswer {
    /// `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3, section 5.1.8), without a
    /// `publicKey` member around it.
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

/// Hands in the passkey.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct VerifyRequest {
    /// The bootstrap token of the begin.
    pub token: Token,
    /// What `PublicKeyCredential.toJSON()` made.
    pub credential: RegistrationResponseJson,
}

/// The passkey is registered, or the person is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyAnswer {
    /// Always `ok`.
    pub status: Status,
    /// `users.id`.
    pub user_id: i64,
}

/// The one status there is: anything else is an error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It went well.
    Ok,
}

impl VerifyAnswer {
    /// The answer for this user.
    #[must_use]
    pub const fn ok(user_id: i64) -> Self {
        Self { status: Status::Ok, user_id }
    }
}

/// Begins a sign-in: `{}`, for the passkey itself knows who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct LoginBeginRequest {}

/// What the browser is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoginBeginAnswer {
    /// Names this ceremony at verify.
    pub ceremony_id: Uuid,
    /// `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, section 5.1.9), without a
    /// `publicKey` member around it.
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

/// Hands in the assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct LoginVerifyRequest {
    /// The id from begin. Any text: one that names no open ceremony, a UUID or not, is
    /// `ceremony_not_found`, no malformed request. See [`LoginVerifyRequest::ceremony`].
    pub ceremony_id: String,
    /// What `PublicKeyCredential.toJSON()` made.
    pub credential: AuthenticationResponseJson,
}

impl LoginVerifyRequest {
    /// The id as begin gave it out: a UUID in its canonical text form. Nothing for any other
    /// text, which names no ceremony.
    #[must_use]
    pub fn ceremony(&self) -> Option<Uuid> {
        let id = Uuid::try_parse(&self.ceremony_id).ok()?;
        (id.to_string() == self.ceremony_id).then_some(id)
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionAnswer {
    /// `users.id`.
    pub user_id: i64,
    /// Their address.
    pub email: EmailAddress,
    /// When the session ends: the nearer of its idle and its absolute end.
    #[serde(with = "timestamp")]
    pub expires_at: DateTime<Utc>,
}

objects_only!(BeginRequest, VerifyRequest, LoginBeginRequest, LoginVerifyRequest);
