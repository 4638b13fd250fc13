//! Several statements that shall see one state of the database.

use diesel::sql_query;
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

/// Makes the caller's transaction see one state of the database from its first query to its last,
/// and write nothing. It must be the first statement of the transaction.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn begin(connection: &mut Connection) -> Result<(), DbError> {
    let set = sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    set.execute(connection).await?;
    Ok(())
}
