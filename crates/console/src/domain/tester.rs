//! People invited to the beta.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use ghost_contracts::{AccountState, EmailAddress, PersonName};

use crate::domain::ghost::is_ghost;
use crate::domain::invitation::InvitationStatus;

/// `beta_testers.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TesterId(pub i64);

impl fmt::Display for TesterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A person invited to the beta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tester {
    /// The row's id.
    pub id: TesterId,
    /// Where their mails go, and what their account is found by.
    pub email: EmailAddress,
    /// What they are called.
    pub name: PersonName,
    /// When they were first invited.
    pub created_at: DateTime<Utc>,
    /// What Raptor last said of their account, where it was ever asked.
    pub seen: Option<SeenState>,
}

/// What the Console remembers of an account (section 7 of the contracts). It decides nothing:
/// it is for filters and counts, and for saying how old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenState {
    /// The state.
    pub state: AccountState,
    /// When the Console first saw the account in this state.
    pub since: DateTime<Utc>,
    /// When Raptor was last asked.
    pub seen_at: DateTime<Utc>,
}

/// `SMOKE_EMAIL_DOMAIN`: smoke accounts have their addresses there, and none of them is a tester
/// (section 9 of the contracts).
#[derive(Debug, Clone)]
pub struct SmokeEmailDomain(pub String);

impl SmokeEmailDomain {
    /// Whether this is a smoke account's address.
    #[must_use]
    pub fn holds(&self, email: &EmailAddress) -> bool {
        email.is_smoke_account(&self.0)
    }
}

/// Which testers a list shows, by the state of their accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFilter {
    /// Those of one state.
    State(AccountState),
    /// The ghosts (section 1 of the contracts).
    Ghost,
}

/// Text that names no such filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A state is one of ghost, ghost_no_users_row, ghost_empty_shell, mid_enrollment and healthy."
)]
pub struct UnknownStateFilter;

impl StateFilter {
    /// Every filter, in the order of a menu.
    pub const ALL: [Self; 5] = [
        Self::Ghost,
        Self::State(AccountState::GhostNoUsersRow),
        Self::State(AccountState::GhostEmptyShell),
        Self::State(AccountState::MidEnrollment),
        Self::State(AccountState::Healthy),
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ghost => "ghost",
            Self::State(state) => state.as_str(),
        }
    }

    /// Whether a tester belongs to it.
    #[must_use]
    pub fn admits(self, invitation: InvitationStatus, state: AccountState) -> bool {
        match self {
            Self::Ghost => is_ghost(invitation, state),
            Self::State(wanted) => wanted == state,
        }
    }
}

impl FromStr for StateFilter {
    type Err = UnknownStateFilter;

    fn from_str(text: &str) -> Result<Self, UnknownStateFilter> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text).ok_or(UnknownStateFilter)
    }
}
