//! Writes that the transaction around them can do without.

use diesel_async::{AnsiTransactionManager, SimpleAsyncConnection, TransactionManager};
use service_kit::db::{Connection, DbError};

/// How long such a write waits for a lock: whoever holds one on its table shall hold nobody up.
const WAIT_BRIEFLY: &str = "SET LOCAL lock_timeout = '500ms'";

/// Back to what the connection was opened with. Going back to the savepoint undoes the other too.
const WAIT_AS_BEFORE: &str = "SET LOCAL lock_timeout TO DEFAULT";

/// Runs `write` in a savepoint of the transaction that is open on `connection`, and gives what it
/// returns. Where it fails nothing of it stays, and the transaction goes on.
///
/// # Errors
///
/// Where there is no way back to the savepoint, or out of it: then the transaction is lost, and
/// whoever runs it must fail. Its COMMIT would be answered with success, and roll it back.
pub async fn write(
    connection: &mut Connection,
    write: impl AsyncFnOnce(&mut Connection) -> Result<(), DbError>,
) -> Result<Result<(), DbError>, DbError> {
    let briefly = async |connection: &mut Connection| {
        connection.batch_execute(WAIT_BRIEFLY).await?;
        write(connection).await?;
        Ok(connection.batch_execute(WAIT_AS_BEFORE).await?)
    };
    AnsiTransactionManager::begin_transaction(connection).await?;
    let written = briefly(connection).await;
    match written {
        Ok(()) => AnsiTransactionManager::commit_transaction(connection).await?,
        Err(_) => AnsiTransactionManager::rollback_transaction(connection).await?,
    }
    Ok(written)
}
