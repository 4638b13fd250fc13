//! Ghost resets that were begun and never ended (section 8 of the contracts).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::domain::tester::TesterId;

/// Whether a run, a row of `beta_ghost_resets` that the statement calls `run`, is interrupted:
/// unfinished, or of unknown outcome, for more than 30 s.
macro_rules! is_interrupted {
    () => {
        "(run.finished_at IS NULL OR run.outcome = 'unknown') \
         AND run.started_at < now() - interval '30 seconds'"
    };
}
pub(crate) use is_interrupted;

/// Whose reset was interrupted.
#[derive(Debug, Clone, QueryableByName)]
pub struct InterruptedTester {
    /// The tester's id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many there are in all.
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// All whose reset was interrupted.
#[derive(Debug, Clone, Default)]
pub struct InterruptedTesters {
    /// How many there are in all.
    pub count: i64,
    /// Those who wait longest, longest first.
    pub longest: Vec<InterruptedTester>,
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

/// The statement of [`testers`]; `$1` is how many are named (bigint).
pub const TESTERS: &str = concat!(
    "SELECT tester.id, tester.name, count(*) OVER () AS total \
     FROM beta_testers AS tester \
     JOIN (SELECT run.tester_id, min(run.started_at) AS since FROM beta_ghost_resets AS run \
           WHERE ",
    is_interrupted!(),
    " GROUP BY run.tester_id) AS waiting ON waiting.tester_id = tester.id \
     ORDER BY waiting.since LIMIT $1"
);

/// How many testers have an interrupted run, and the `limit` of them who wait longest.
///
/// # Errors
/// Where the database is away.
pub async fn testers(
    connection: &mut Connection,
    limit: i64,
) -> Result<InterruptedTesters, DbError> {
    let longest: Vec<InterruptedTester> =
        diesel::sql_query(TESTERS).bind::<BigInt, _>(limit).load(connection).await?;
    let count = longest.as_slice().first().map_or(0, |first| first.total);
    Ok(InterruptedTesters { count, longest })
}

/// The newest interrupted run of a tester.
///
/// # Errors
/// Where the database is away.
pub async fn of_tester(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Option<InterruptedReset>, DbError> {
    let found = diesel::sql_query(concat!(
        "SELECT id, actor, step, started_at, outcome FROM beta_ghost_resets AS run \
         WHERE run.tester_id = $1 AND ",
        is_interrupted!(),
        " ORDER BY id DESC LIMIT 1"
    ))
    .bind::<BigInt, _>(tester.0)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found)
}
