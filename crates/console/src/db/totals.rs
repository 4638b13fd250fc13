//! How many ghost resets there were, by outcome, and how many are interrupted. How mails stand is in
//! [`outbox`](super::outbox) and [`mail`](super::mail).

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::db::interrupted_reset::is_interrupted;

/// How many runs of the ghost reset ended in one way.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct ResetTotal {
    /// As in `beta_ghost_resets`; `running` for one without an outcome.
    #[diesel(sql_type = Text)]
    pub outcome: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub runs: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The runs of the ghost reset, by outcome. The table has a row a run and loses those of two years
/// ago, so it is read whole.
///
/// # Errors
/// Where the database is away.
pub async fn resets(connection: &mut Connection) -> Result<Vec<ResetTotal>, DbError> {
    let query = "SELECT coalesce(outcome, 'running') AS outcome, count(*) AS runs \
                 FROM beta_ghost_resets GROUP BY 1";
    Ok(diesel::sql_query(query).load(connection).await?)
}

/// How many runs are interrupted, by the index over those that are open.
///
/// # Errors
/// Where the database is away.
pub async fn interrupted(connection: &mut Connection) -> Result<i64, DbError> {
    let query =
        concat!("SELECT count(*) AS count FROM beta_ghost_resets AS run WHERE ", is_interrupted!());
    let found: Count = diesel::sql_query(query).get_result(connection).await?;
    Ok(found.count)
}
