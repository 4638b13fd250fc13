//! What enrolment and sign-in have in common.

use service_kit::challenge::ChallengeError;
use service_kit::db::DbError;
use service_kit::passkey::CeremonyError;
use service_kit::session::RandomToken;
use service_kit::user_agent::UserAgent;
use uuid::Uuid;

use crate::db::audit::AuditWriteFailed;
use crate::db::passkey::CREDENTIAL_KEY;

/// Somebody who has just proved who they are.
pub struct SignedIn {
    /// `admins.id`.
    pub admin_id: Uuid,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// The id of the new session, for the cookie alone.
    pub session: RandomToken,
}

/// The browser in which a ceremony is finished.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    /// SHA-256 of the id of the session that it had so far.
    pub session_sha256: Option<&'a [u8]>,
    /// What it is.
    pub agent: UserAgent,
}

/// Why a ceremony came to nothing (sections 2 and 7 of the contracts).
#[derive(Debug, thiserror::Error)]
pub enum CeremonyFailure {
    /// The enrolment link is bad, used, replaced or expired.
    #[error("no live enrolment link")]
    InvalidLink,
    /// No begin of an enrolment that is still open.
    #[error("no open enrolment")]
    NotBegun,
    /// No begin of a sign-in that is still open.
    #[error("no open sign-in")]
    NotFound,
    /// A WebAuthn check failed; the reason is for the log.
    #[error("not verified: {0}")]
    Unverified(String),
    /// The credential id belongs to somebody.
    #[error("the credential id is known")]
    CredentialTaken,
    /// The library cannot begin.
    #[error("no ceremony can be begun: {0}")]
    Fault(CeremonyError),
    /// Where ceremonies wait refuses or is away.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// It could not be audited.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refuses or is away.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for CeremonyFailure {
    fn from(error: DbError) -> Self {
        if error.constraint() == Some(CREDENTIAL_KEY) {
            return Self::CredentialTaken;
        }
        Self::Database(error)
    }
}
