//! What can go wrong in this service, every case by name. What each looks like to a client is
//! decided in one place, [`crate::http::error`].

use std::fmt;

use ghost_contracts::AccountState;
use ghost_contracts::raptor::PlanChanged;
use service_kit::challenge::ChallengeError;
use service_kit::db::{DbError, Transient};

use crate::db::audit::AuditWriteFailed;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bootstrap token is of bad shape, not ours, expired, replaced or used.
    #[error("the signup link is refused: {0}")]
    InvalidSignupLink(String),
    /// The account is in use.
    #[error("the account is healthy")]
    AlreadyRegistered,
    /// There is no ceremony to finish.
    #[error("no signup session: {0}")]
    SignupSessionNotFound(&'static str),
    /// A WebAuthn check failed.
    #[error("the passkey is refused: {0}")]
    PasskeyVerificationFailed(String),
    /// The credential id belongs to someone.
    #[error("the credential id is taken")]
    CredentialAlreadyRegistered,
    /// There is no sign-in to finish.
    #[error("no such sign-in ceremony")]
    CeremonyNotFound,
    /// The account is no ghost.
    #[error("the account is {0}")]
    NotGhost(AccountState),
    /// The account is a ghost, but not as the operator saw it.
    #[error("the plan is outdated: {}", .0.changed.join(", "))]
    PlanChanged(Box<PlanChanged>),
    /// The audit row was refused.
    #[error("the audit log refused a row: {0}")]
    AuditWriteFailed(DbError),
    /// The database refused, or is away.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The challenge store refused, or is away.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// What went wrong after the Console had spent an invitation.
    #[error("the invitation is spent, and then: {0}")]
    AfterConsumption(Box<Error>),
    /// The Console is away, or answers unintelligibly.
    #[error("the Console is away: {0}")]
    ConsoleUnavailable(String),
    /// A fault of our own.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// A fault of our own, with its cause.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// A bootstrap token that is refused, with the reason for the log.
    pub fn invalid_link(reason: impl fmt::Display) -> Self {
        Self::InvalidSignupLink(reason.to_string())
    }

    /// A ceremony that failed, with the reason for the log.
    pub fn unverified(reason: impl fmt::Display) -> Self {
        Self::PasskeyVerificationFailed(reason.to_string())
    }
}

/// A database that went away is no fault of the audit log.
impl From<AuditWriteFailed> for Error {
    fn from(AuditWriteFailed(error): AuditWriteFailed) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Database(error),
            DbError::Query(_) => Self::AuditWriteFailed(error),
        }
    }
}

impl Transient for Error {
    fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) | Self::AuditWriteFailed(error) => error.is_transient(),
            _ => false,
        }
    }
}
