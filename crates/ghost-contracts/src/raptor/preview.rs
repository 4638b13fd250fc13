//! What a reset would do to an account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{GhostCheck, Plan};
use crate::EmailAddress;
use crate::object::objects_only;

/// The child tables that a ghost may well have rows in: what a signup leaves by itself before
/// there is a passkey. Rows anywhere else are worth a second look.
pub const EXPECTED_OF_A_GHOST: [&str; 3] =
    ["email_verifications", "signup_reminders", "onboarding_state"];

/// Asks what a reset of one account would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct GhostPreviewRequest {
    /// Whose account.
    pub email: EmailAddress,
}

/// The state of an account, the evidence, and what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GhostPreview {
    /// The same members as a check answers.
    #[serde(flatten)]
    pub check: GhostCheck,
    /// One entry for each child table of section 9, in its order, those without rows too. Where the
    /// account is `healthy` or `mid_enrollment` a reset would change nothing, so none is counted
    /// and each has 0.
    pub children: Vec<ChildRows>,
    /// What ghost-delete can be told, so that it deletes nothing else than this.
    pub plan: Plan,
}

/// How many rows of one table a reset would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChildRows {
    /// The table's name.
    pub table: String,
    /// What becomes of its rows.
    pub action: ChildAction,
    /// How many there are.
    pub rows: i64,
}

/// What a foreign key does when its user is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChildAction {
    /// The rows go with the user.
    Delete,
    /// The rows stay and name nobody.
    SetNull,
}

/// What 409 `plan_changed` says besides `error` and `message`; nothing was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanChanged {
    /// What is not as it was in the plan: `state`, `user_id`, or the name of a child table. For a
    /// plan that this Raptor did not make, all of them.
    pub changed: Vec<String>,
    /// How it is now.
    #[serde(flatten)]
    pub now: GhostPreview,
}

impl ChildRows {
    /// Whether a ghost should not have these rows.
    #[must_use]
    pub fn is_unexpected(&self) -> bool {
        self.rows > 0 && !EXPECTED_OF_A_GHOST.contains(&self.table.as_str())
    }
}

objects_only!(GhostPreviewRequest);
