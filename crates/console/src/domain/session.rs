//! An operator's own sessions: listed, and ended from whichever browser they have at hand.

use ghost_contracts::session::SessionEntry;
use serde_json::json;
use service_kit::db::{Connection, DbError, Pool};
use uuid::Uuid;

use super::operator::Operator;
use crate::db;
use crate::db::audit::AuditWriteFailed;
use crate::domain::audit::{action, target};

/// Why no session was ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It is over, or it is somebody else's.
    #[error("There is no such session, or it has ended already. Nothing was changed.")]
    NotFound,
    /// It could not be audited.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refuses or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The operator's live sessions, the last used first.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn list(pool: &Pool, operator: &Operator) -> Result<Vec<SessionEntry>, DbError> {
    let mut connection = pool.get().await?;
    db::session::list(&mut connection, operator.id, operator.session_id).await
}

/// Ends one of the operator's sessions, the one that asks, too.
///
/// # Errors
/// Why it lives on.
pub async fn end_named(pool: &Pool, operator: &Operator, named: Uuid) -> Result<(), SessionError> {
    db::transaction(pool, async |connection| {
        if !db::session::end_named(connection, operator.id, named).await? {
            return Err(SessionError::NotFound);
        }
        Ok(audit(connection, operator, 1).await?)
    })
    .await
}

/// Ends every session of the operator but the one that asks, and says how many.
///
/// # Errors
/// Why they live on.
pub async fn end_others(pool: &Pool, operator: &Operator) -> Result<usize, SessionError> {
    db::transaction(pool, async |connection| {
        // A sign-in holds this row: one that is under way is ended here, or begins after this.
        db::admin::lock(connection, operator.id).await?;
        let ended = db::session::end_others(connection, operator.id, operator.session_id).await?;
        if ended > 0 {
            audit(connection, operator, ended).await?;
        }
        Ok(ended)
    })
    .await
}

async fn audit(
    connection: &mut Connection,
    operator: &Operator,
    ended: usize,
) -> Result<(), AuditWriteFailed> {
    let (actor, target) = (operator.actor(), operator.id.to_string());
    let payload = json!({"email": operator.email, "sessions": ended});
    let action = action::SESSIONS_ENDED;
    db::audit::insert(connection, &actor, action, target::ADMIN, &target, payload).await
}
