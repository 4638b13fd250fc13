//! Why a ghost reset did not go all the way.

use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;
use ghost_contracts::raptor::GhostCheck;
use service_kit::db::DbError;

use super::Outcome;
use crate::db::ghost_reset::WriteError;
use crate::raptor::{PlanChange, RaptorError};

/// Why a reset did not go all the way.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Step 2. Nothing was written.
    #[error("Raptor could not say what the account is: {0}")]
    RaptorUnavailable(#[from] RaptorError),
    /// Step 3.
    #[error("the account is healthy")]
    Healthy(GhostCheck),
    /// Step 4, with the end of the grace window.
    #[error("the person may be signing up until {retry_at}")]
    MidEnrollment {
        /// When the window really ends.
        retry_at: DateTime<Utc>,
    },
    /// Step 6: Raptor's own check under the lock said no.
    #[error("{} the account to be {state}", found(*certain))]
    NotGhost {
        /// What it is.
        state: AccountState,
        /// Whether it is certain that this run deleted nothing.
        certain: bool,
    },
    /// Step 6: under Raptor's lock the account was not what the operator had agreed to.
    #[error("{} since the preview: {}", changed(*certain), parts(change))]
    PlanChanged {
        /// What changed, and how it is now.
        change: PlanChange,
        /// Whether it is certain that this run deleted nothing.
        certain: bool,
    },
    /// Step 6: Raptor did not delete.
    #[error("Raptor did not delete: {0}")]
    NotDeleted(String),
    /// Step 6: it is not known whether Raptor deleted.
    #[error("it is not known whether Raptor deleted: {0}")]
    Unknown(String),
    /// Step 5 could not be written. Nothing was changed.
    #[error(transparent)]
    NotBegun(#[from] WriteError),
    /// A later step could not be written: the run is shown as interrupted.
    #[error(transparent)]
    Unfinished(WriteError),
    /// Any other fault of the database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The task of the steps from 5 on was lost.
    #[error("the reset was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// How the sentences begin on what Raptor said when it was asked to delete.
fn found(certain: bool) -> &'static str {
    if certain {
        "Raptor found"
    } else {
        "Raptor's first answer was lost, so it may have deleted the account; asked again, it found"
    }
}

fn changed(certain: bool) -> &'static str {
    if certain {
        "the account changed"
    } else {
        "Raptor's first answer was lost, so it may have deleted the account; asked again, it found \
         that the account changed"
    }
}

fn parts(change: &PlanChange) -> String {
    let parts: Vec<_> = change.changed().collect();
    if parts.is_empty() { "it did not say what".to_owned() } else { parts.join(", ") }
}

impl Refusal {
    /// How a run ends that step 6 refuses. Where the answer to the first request was lost, the
    /// account may be gone by it, whatever the second is told.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unknown(_)
            | Self::NotGhost { certain: false, .. }
            | Self::PlanChanged { certain: false, .. } => Outcome::Unknown,
            _ => Outcome::Failed,
        }
    }

    /// Whether what the run has done is not all undone, or not known: then nobody may say that it
    /// was not done, and running it again finishes it.
    #[must_use]
    pub fn is_left_open(&self) -> bool {
        self.outcome() == Outcome::Unknown
            || matches!(self, Self::Unfinished(_) | Self::Interrupted(_))
    }
}
