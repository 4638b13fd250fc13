//! The database's clock, for what is compared with times that it wrote.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

/// The time at this moment, also within a transaction that has waited for a lock.
///
/// # Errors
/// Where the database is away.
pub async fn now(connection: &mut Connection) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(connection).await?)
}
