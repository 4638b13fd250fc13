//! `audit_log`: what was done to accounts, by whom. Append-only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use serde_json::Value;
use service_kit::audit::{Kind, Log};
use service_kit::db::{Connection, DbError};

use crate::schema::audit_log;

/// This service's log, for the seals.
pub const LOG: Log = Log {
    service: "raptor-api",
    peer: "console",
    columns: &[
        ("actor_user_id", Kind::Text),
        ("action", Kind::Text),
        ("target_kind", Kind::Text),
        ("target_id", Kind::Text),
        ("context", Kind::Json),
    ],
};

/// An audit row that was refused: nothing else may be done then.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AuditWriteFailed(pub DbError);

/// One row to be.
#[derive(Debug)]
pub struct Entry<'a> {
    /// An operator's id, a user's id, `cli`, or the name of what acted by itself.
    pub actor: &'a str,
    /// What was done.
    pub action: &'static str,
    /// To whom; always a `user`. See [`account_target`].
    pub target: String,
    /// What else is worth knowing. No secret, no token.
    pub context: Value,
}

/// How an account is named: by its id, or by its e-mail where there is no row.
#[must_use]
pub fn account_target(user_id: Option<i64>, email: &EmailAddress) -> String {
    user_id.map_or_else(|| email.to_string(), |id| id.to_string())
}

/// Writes a row in the caller's transaction.
///
/// # Errors
///
/// [`AuditWriteFailed`]; the caller rolls back.
pub async fn insert(connection: &mut Connection, entry: Entry<'_>) -> Result<(), AuditWriteFailed> {
    let row = (
        audit_log::actor_user_id.eq(entry.actor),
        audit_log::action.eq(entry.action),
        audit_log::target_kind.eq("user"),
        audit_log::target_id.eq(entry.target),
        audit_log::context.eq(entry.context),
    );
    let inserted = diesel::insert_into(audit_log::table).values(row).execute(connection).await;
    inserted.map(|_| ()).map_err(|error| AuditWriteFailed(error.into()))
}
