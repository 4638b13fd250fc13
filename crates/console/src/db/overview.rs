//! What on the Overview is looked up at each request: who needs somebody now.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

/// A tester who waits for somebody.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    /// The tester's id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many wait for the same reason, this one with them.
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many wait: all of them, also those beyond the ones that are named.
#[must_use]
pub fn total(waiting: &[Waiting]) -> i64 {
    waiting.first().map_or(0, |first| first.total)
}

/// The testers whose ghost reset was begun and never ended (section 8 of the contracts).
pub const INTERRUPTED: &str = "\
    SELECT tester.id, tester.name, count(*) OVER () AS total \
    FROM beta_testers AS tester \
    JOIN (SELECT tester_id, min(started_at) AS since FROM beta_ghost_resets \
          WHERE (finished_at IS NULL OR outcome = 'unknown') \
            AND started_at < now() - interval '30 seconds' \
          GROUP BY tester_id) AS run ON run.tester_id = tester.id \
    ORDER BY run.since LIMIT $1";

/// Whose ghost reset was interrupted, the longest waiting first.
///
/// # Errors
/// Where the database is away.
pub async fn interrupted(connection: &mut Connection, limit: i64) -> Result<Vec<Waiting>, DbError> {
    Ok(diesel::sql_query(INTERRUPTED).bind::<BigInt, _>(limit).load(connection).await?)
}
