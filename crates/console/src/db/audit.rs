//! The audit log: who did what to whom. Rows are added, never changed.

use diesel::insert_into;
use diesel_async::RunQueryDsl;
use diesel::ExpressionMethods;
use serde_json::Value;
use service_kit::db::{Connection, DbError};
use service_kit::error::ApiError;

use crate::domain::actor::Actor;
use crate::schema::audit_log;

/// The audit row could not be written, so whatever it would have told of must not happen.
#[derive(Debug, thiserror::Error)]
#[error("the audit log could not be written: {0}")]
pub struct AuditWriteFailed(pub DbError);

impl From<AuditWriteFailed> for ApiError {
    fn from(error: AuditWriteFailed) -> Self {
        match error.0 {
            DbError::Unavailable(_) => error.0.into(),
            DbError::Query(_) => Self::audit_write_failed(error.0),
        }
    }
}

/// Adds a row, in the caller's transaction. `action` as in `console.beta.tester.invited`;
/// `payload` is an object and holds no token, link or session id.
///
/// # Errors
/// [`AuditWriteFailed`]; the caller rolls back.
pub async fn insert(
    connection: &mut Connection,
    actor: &Actor,
    action: &str,
    target_type: &str,
    target_id: &str,
    payload: Value,
) -> Result<(), AuditWriteFailed> {
    insert_into(audit_log::table)
        .values((
            audit_log::actor.eq(actor.as_str()),
            audit_log::action.eq(action),
            audit_log::target_type.eq(target_type),
            audit_log::target_id.eq(target_id),
            audit_log::payload.eq(payload),
        ))
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| AuditWriteFailed(error.into()))
}
