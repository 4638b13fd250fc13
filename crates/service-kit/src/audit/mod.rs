//! The tamper-evident audit log: rows of `audit_log` are chained in batches, afterwards.
//!
//! A writer only adds its row; a trigger notes, in the writer's own transaction, that the row
//! waits for its seal ([`sealing`]). A seal hashes the seal before it and the canonical form of
//! each of its rows ([`row`], [`chain`]). Signed checkpoints leave the database ([`checkpoint`],
//! [`departure`]), and the two services tell each other their newest seals ([`peer`]), so that
//! neither log can be rewritten alone. [`verify`] finds what was changed, in the database or in an
//! [`export`].
//!
//! `docs/audit.md` says what is found and what is not.

pub mod chain;
pub mod checkpoint;
pub mod command;
pub mod departure;
mod encoding;
pub mod export;
mod finding;
pub mod json;
pub mod key;
pub mod peer;
pub mod record;
pub mod row;
pub mod sealing;
pub mod store;
mod suspicion;
pub mod verify;
mod witness;
pub mod worker;

/// The audit log of one service: its name in every hash, and the columns of its `audit_log`.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The service, as in a service token: `raptor-api` or `console`.
    pub service: &'static str,
    /// The other service.
    pub peer: &'static str,
    /// Every column of `audit_log` but `id` and `occurred_at`, which both services have.
    pub columns: &'static [(&'static str, Kind)],
}

/// What a column of `audit_log` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `text`.
    Text,
    /// `jsonb`.
    Json,
}

/// The column that both logs date their rows by.
pub const OCCURRED_AT: &str = "occurred_at";

/// An SHA-256 hash.
pub type Hash = [u8; 32];
