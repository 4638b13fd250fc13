//! Several statements that shall see one state of the database.

use diesel_async::SimpleAsyncConnection;
use service_kit::db::{Connection, DbError};

/// How long a statement may take, locks that it waits for included. The Console gives up after 5 s
/// (section 8 of the contracts), and then nobody waits for the answer any more.
const LIMIT: &str = "SET LOCAL statement_timeout = '3s'";

/// Makes the caller's transaction see one state of the database from its first query to its last,
/// and write nothing, each of its statements within 3 s. It must be the first of the transaction.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn begin(connection: &mut Connection) -> Result<(), DbError> {
    let mode = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    Ok(connection.batch_execute(&format!("{mode}; {LIMIT}")).await?)
}
