//! Ghost resets that were begun and never ended (section 8 of the contracts).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::domain::tester::TesterId;

/// Whose reset was interrupted.
#[derive(Debug, Clone, QueryableByName)]
pub struct InterruptedTester {
    /// The tester's id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
}

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

/// The testers with an interrupted run, the longest waiting first, at most 20.
///
/// # Errors
/// Where the database is away.
pub async fn testers(connection: &mut Connection) -> Result<Vec<InterruptedTester>, DbError> {
    let waiting = diesel::sql_query(
        "SELECT tester.id, tester.name FROM beta_testers AS tester \
         JOIN (SELECT tester_id, min(started_at) AS since FROM beta_ghost_resets \
               WHERE (finished_at IS NULL OR outcome = 'unknown') \
                 AND started_at < now() - interval '30 seconds' \
               GROUP BY tester_id) AS run ON run.tester_id = tester.id \
         ORDER BY run.since LIMIT 20",
    );
    Ok(waiting.load(connection).await?)
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
