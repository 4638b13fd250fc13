//! The internal API of `raptor-api` (section 5): the Console asks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::object::objects_only;
use crate::{AccountState, EmailAddress, timestamp};

pub use actor::{ActorAdminId, ActorAdminIdError};
pub use batch::{BatchSizeError, GhostCheckBatchRequest, MAX_BATCH};
pub use plan::{Plan, PlanError};
pub use preview::{
    ChildAction, ChildRows, EXPECTED_OF_A_GHOST, GhostPreview, GhostPreviewRequest, PlanChanged,
};
pub use timeline::{
    Browser, CeremonyFailure, CeremonyReport, FailureReason, Platform, SignupAttempt,
    SignupTimeline, SignupTimelineRequest,
};

mod actor;
mod batch;
mod plan;
mod preview;
mod timeline;

/// `POST` [`GhostCheckRequest`], answered with [`GhostCheck`].
pub const GHOST_CHECK_PATH: &str = "/api/internal/users/ghost-check";

/// `POST` [`GhostCheckBatchRequest`], answered with [`GhostCheckBatch`].
pub const GHOST_CHECK_BATCH_PATH: &str = "/api/internal/users/ghost-check-batch";

/// `POST` [`GhostPreviewRequest`], answered with [`GhostPreview`].
pub const GHOST_PREVIEW_PATH: &str = "/api/internal/users/ghost-preview";

/// `POST` [`GhostDeleteRequest`], answered with 204, or 409 and [`NotGhost`] or [`PlanChanged`].
pub const GHOST_DELETE_PATH: &str = "/api/internal/users/ghost-delete";

/// `POST` [`SignupTimelineRequest`], answered with [`SignupTimeline`].
pub const SIGNUP_TIMELINE_PATH: &str = "/api/internal/signup-timeline";

/// Asks for the state of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct GhostCheckRequest {
    /// Whose account.
    pub email: EmailAddress,
}

/// The state of an account and the evidence that decided it. All members are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GhostCheck {
    /// What the predicate says.
    pub state: AccountState,
    /// `users.id`; null for `ghost_no_users_row`.
    #[serde(deserialize_with = "present_or_null")]
    #[schema(required)]
    pub user_id: Option<i64>,
    /// How many passkeys the account has.
    pub credential_count: i64,
    /// How many sessions are neither revoked nor over.
    pub active_session_count: i64,
    /// When the row was made; null for `ghost_no_users_row`.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    pub created_at: Option<DateTime<Utc>>,
}

/// The states of many accounts, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GhostCheckBatch {
    /// One result for each e-mail of the request.
    pub results: Vec<GhostCheckResult>,
}

/// One account of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GhostCheckResult {
    /// Whose account, in the normal form.
    pub email: EmailAddress,
    /// The same members as a single check answers.
    #[serde(flatten)]
    pub check: GhostCheck,
}

/// Asks to delete a ghost's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct GhostDeleteRequest {
    /// Whose account.
    pub email: EmailAddress,
    /// Which operator asks; goes into the audit log.
    pub actor_admin_id: ActorAdminId,
    /// What the operator agreed to; with it nothing else is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// What 409 `not_ghost` says besides `error` and `message`; nothing was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotGhost {
    /// `healthy` or `mid_enrollment`.
    pub state: AccountState,
}

objects_only!(GhostCheckRequest, GhostDeleteRequest);

/// Serde lets an `Option` be left out; named like this, the member must be there.
fn present_or_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}
