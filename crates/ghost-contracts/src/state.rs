//! The state of an account, as the one predicate decides it (section 5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What Raptor knows of an e-mail address's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// There is no `users` row for the e-mail.
    GhostNoUsersRow,
    /// A row without credential and active session, created more than 5 minutes ago.
    GhostEmptyShell,
    /// A row without credential and active session, created within the last 5 minutes:
    /// somebody may be holding the passkey prompt in their hands.
    MidEnrollment,
    /// Everything else: a credential, or an active session.
    Healthy,
}

/// Text that names no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the name of an account state.")]
pub struct UnknownAccountState;

impl AccountState {
    /// Every state, in the order of section 5.
    pub const ALL: [Self; 4] =
        [Self::GhostNoUsersRow, Self::GhostEmptyShell, Self::MidEnrollment, Self::Healthy];

    /// The name on the wire and in both databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GhostNoUsersRow => "ghost_no_users_row",
            Self::GhostEmptyShell => "ghost_empty_shell",
            Self::MidEnrollment => "mid_enrollment",
            Self::Healthy => "healthy",
        }
    }

    /// Whether a reset may go ahead: the two `ghost_…` states. Whether the *tester* counts as
    /// a ghost depends on their invitation too (section 1).
    #[must_use]
    pub const fn is_resettable(self) -> bool {
        matches!(self, Self::GhostNoUsersRow | Self::GhostEmptyShell)
    }
}

impl FromStr for AccountState {
    type Err = UnknownAccountState;

    fn from_str(text: &str) -> Result<Self, UnknownAccountState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownAccountState)
    }
}

impl fmt::Display for AccountState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
