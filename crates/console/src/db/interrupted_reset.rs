//! Ghost resets that were begun and never ended (section 8 of the contracts).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::domain::tester::TesterId;

/// A run that is unfinished, or of unknown outcome, for more than 30 s.
#[derive(Debug, Clone, QueryableByName)]
pub struct InterruptedReset {
    /// The run's id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Who began it, as in the audit log.
    #[diesel(sql_type = Text)]
    pub actor: String,
    /// The last step that was finished.
    #[diesel(sql_type = Text)]
    pub step: String,
    /// When it was begun.
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    /// `unknown`, or nothing.
    #[diesel(sql_type = Nullable<Text>)]
    pub outcome: Option<String>,
}

/// The newest interrupted run of a tester.
///
/// # Errors
/// Where the database is away.
pub async fn of_tester(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Option<InterruptedReset>, DbError> {
    let found = diesel::sql_query(
        "SELECT id, actor, step, started_at, outcome FROM beta_ghost_resets \
         WHERE tester_id = $1 AND (finished_at IS NULL OR outcome = 'unknown') \
           AND started_at < now() - interval '30 seconds' \
         ORDER BY id DESC LIMIT 1",
    )
    .bind::<BigInt, _>(tester.0)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found)
}
