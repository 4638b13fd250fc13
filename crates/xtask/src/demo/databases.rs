//! Time that passes faster than it does.
//!
//! A tester who stops half-way is a ghost after five minutes (section 5 of the contracts).
//! Nobody wants to wait that long for a demo to begin, and the services have, rightly, no way to
//! turn a clock. So the demo, whose databases are its own and thrown away, sets the row back.

use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};

use super::failure::{Context as _, Failure};

/// How far one turn goes, for the people who read about it.
pub(super) const TURN: &str = "ten minutes";

/// Makes the account of `email` ten minutes older. Returns whether there is one.
///
/// `database` is the URL of the throw-away database of `raptor-api`.
pub(super) async fn let_time_pass(database: &str, email: &str) -> Result<bool, Failure> {
    let mut connection =
        AsyncPgConnection::establish(database).await.could_not("reach the database")?;
    let aged = sql_query(
        "UPDATE users SET created_at = created_at - interval '10 minutes' WHERE email = $1",
    )
    .bind::<Text, _>(email)
    .execute(&mut connection)
    .await
    .could_not("set the account back")?;
    Ok(aged > 0)
}

/// Makes empty databases on a throw-away server.
///
/// `server` is the URL of any database on it; the names are plain words.
pub(super) async fn create_databases(server: &str, names: &[&str]) -> Result<(), Failure> {
    let mut connection = AsyncPgConnection::establish(server).await.could_not("reach Postgres")?;
    for name in names {
        sql_query(format!("CREATE DATABASE {name}"))
            .execute(&mut connection)
            .await
            .could_not(&format!("create the database {name}"))?;
    }
    Ok(())
}
