//! What the audit log says of one tester.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::Value;
use service_kit::db::{Connection, DbError};

use crate::domain::tester::TesterId;
use crate::schema::audit_log;

/// A row of the audit log, as its list shows it.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct HistoryEntry {
    /// The row's id.
    pub id: i64,
    /// When.
    #[serde(with = "ghost_contracts::timestamp")]
    pub occurred_at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// `beta_tester`.
    pub target_type: String,
    /// The tester's id.
    pub target_id: String,
    /// With which details.
    pub payload: Value,
}

/// The entries about a tester, newest first, at most 100; the audit log's own page has them all.
///
/// # Errors
/// Where the database is away.
pub async fn of_tester(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Vec<HistoryEntry>, DbError> {
    let entries = audit_log::table
        .filter(audit_log::target_id.eq(tester.to_string()))
        .filter(audit_log::target_type.eq("beta_tester"))
        .order(audit_log::id.desc())
        .limit(100)
        .load(connection)
        .await?;
    Ok(entries)
}
