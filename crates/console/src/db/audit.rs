//! The audit log: who did what to whom. Rows are added, never changed.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, QueryableByName, insert_into, sql_query};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use serde_json::Value;
use service_kit::audit::{Kind, Log};
use service_kit::db::{Connection, DbError};
use service_kit::error::ApiError;

use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Filter};
use crate::schema::audit_log;

/// This service's log, for the seals.
pub const LOG: Log = Log {
    service: "console",
    peer: "raptor-api",
    columns: &[
        ("actor", Kind::Text),
        ("action", Kind::Text),
        ("target_type", Kind::Text),
        ("target_id", Kind::Text),
        ("payload", Kind::Json),
    ],
};

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

type Row = (i64, DateTime<Utc>, String, String, String, String, Value);

fn entry((id, occurred_at, actor, action, target_type, target_id, payload): Row) -> Entry {
    Entry { id, occurred_at, actor, action, target_type, target_id, payload }
}

/// Rows that the filter wants, newest first, at most `limit`, those alone whose id is less than
/// `before`.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn page(
    connection: &mut Connection,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let mut rows = audit_log::table.order(audit_log::id.desc()).limit(limit).into_boxed();
    if let Some(before) = before {
        rows = rows.filter(audit_log::id.lt(before));
    }
    if let Some(actor) = &filter.actor {
        rows = rows.filter(audit_log::actor.eq(actor));
    }
    if let Some(action) = &filter.action {
        rows = rows.filter(audit_log::action.eq(action));
    }
    if let Some(target_type) = &filter.target_type {
        rows = rows.filter(audit_log::target_type.eq(target_type));
    }
    if let Some(target_id) = &filter.target_id {
        rows = match filter.or_target_ids.as_slice() {
            [] => rows.filter(audit_log::target_id.eq(target_id)),
            others => {
                let ids = others.iter().chain([target_id]);
                rows.filter(audit_log::target_id.eq_any(ids))
            }
        };
    }
    if let Some(from) = filter.from {
        rows = rows.filter(audit_log::occurred_at.ge(from));
    }
    if let Some(before) = filter.before {
        rows = rows.filter(audit_log::occurred_at.lt(before));
    }
    let rows: Vec<Row> = rows.load(connection).await?;
    Ok(rows.into_iter().map(entry).collect())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = diesel::sql_types::Text)]
    id: String,
}

/// The ids that the log has for a person: as a tester, and as an operator.
///
/// # Errors
/// As [`page`].
pub async fn ids_of(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Vec<String>, DbError> {
    let ids = sql_query(
        "SELECT id::text FROM beta_testers WHERE email = $1 \
         UNION ALL SELECT id::text FROM admins WHERE email = $1",
    );
    let ids: Vec<Id> =
        ids.bind::<diesel::sql_types::Text, _>(email.as_str()).load(connection).await?;
    Ok(ids.into_iter().map(|row| row.id).collect())
}
