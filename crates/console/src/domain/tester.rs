//! People invited to the beta.

use std::fmt;

use chrono::{DateTime, Utc};
use ghost_contracts::{AccountState, EmailAddress, PersonName};

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
