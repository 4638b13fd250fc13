//! The partitions of `audit_log`, one a month.

use diesel::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

#[derive(QueryableByName)]
struct Added {
    #[diesel(sql_type = Integer)]
    added: i32,
}

/// Adds the partitions of this month and the next three, where they are missing, and says how many.
/// A row of a month without one would go to the default partition.
///
/// # Errors
/// Where the database refuses, or the log is in use for more than 2 s, or it is away.
pub async fn ensure(connection: &mut Connection) -> Result<i32, DbError> {
    let ensure = sql_query("SELECT ensure_audit_partitions() AS added");
    Ok(ensure.get_result::<Added>(connection).await?.added)
}
