//! What can go wrong between a service and its database, and what is worth a second try.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What can go wrong between a service and its database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, or went away in the middle.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It answered, and refused.
    #[error(transparent)]
    Query(DieselError),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        if went_away(&error) { Self::Unavailable(error.to_string()) } else { Self::Query(error) }
    }
}

impl DbError {
    /// The name of the constraint that refused the statement, where one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Query(DieselError::DatabaseError(_, information)) => {
                information.constraint_name()
            }
            _ => None,
        }
    }

    /// Whether a foreign key refused the statement: the row it points to has gone.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        let kind = DatabaseErrorKind::ForeignKeyViolation;
        matches!(self, Self::Query(DieselError::DatabaseError(found, _)) if is(found, &kind))
    }

    /// Whether the server has run out of something that a statement needs, its disk most of all.
    /// It is there and answers, and will take the same statement once there is room again.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(self, Self::Query(error) if says(error, &EXHAUSTED))
    }
}

impl Transient for DbError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Query(DieselError::DatabaseError(kind, information)) => {
                is(kind, &DatabaseErrorKind::SerializationFailure)
                    || information.message().contains("deadlock detected")
            }
            _ => false,
        }
    }
}

fn is(a: &DatabaseErrorKind, b: &DatabaseErrorKind) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// The driver gives no SQLSTATE for these, so they are told by the server's fixed words; a
/// connection of the pool asks for them in English (`connector.rs`).
const AWAY: [&str; 6] = [
    "terminating connection",
    "shutting down",
    "starting up",
    "connection closed",
    "due to statement timeout",
    "due to lock timeout",
];
/// Of SQLSTATE class 53.
const EXHAUSTED: [&str; 3] = ["No space left on device", "out of memory", "out of shared memory"];

fn says(error: &DieselError, words: &[&str]) -> bool {
    match error {
        DieselError::DatabaseError(_, information) => {
            words.iter().any(|words| information.message().contains(words))
        }
        _ => false,
    }
}

fn went_away(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(kind, _) => {
            is(kind, &DatabaseErrorKind::ClosedConnection)
                || is(kind, &DatabaseErrorKind::ReadOnlyTransaction)
                || is(kind, &DatabaseErrorKind::UnableToSendCommand)
                || says(error, &AWAY)
        }
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

/// An error that may tell a transaction to be run once more.
pub trait Transient {
    /// Whether the same transaction may well succeed when tried again.
    fn is_transient(&self) -> bool;
}

/// Runs `work`, a whole transaction, and once more where a deadlock or serialization failure
/// ended it (section 3 of the contracts).
///
/// # Errors
/// What `work` returns.
pub async fn retry_once<T, E: Transient>(work: impl AsyncFn() -> Result<T, E>) -> Result<T, E> {
    match work().await {
        Err(error) if error.is_transient() => {
            tracing::warn!("a transaction is run once more after a deadlock");
            work().await
        }
        other => other,
    }
}
