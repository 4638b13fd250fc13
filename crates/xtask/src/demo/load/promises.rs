//! What was answered with a yes must be in the databases.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};

use super::super::failure::{Context as _, Failure};
use super::super::stage::System;
use super::asks::Mix;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What is missing, one sentence each. There may be more than was promised: an answer can get
/// lost.
pub(super) async fn lost(system: &System, mix: &Mix) -> Result<Vec<String>, Failure> {
    let (raptor, console) = (&system.databases.raptor, &system.databases.console);
    let (sessions, invited) = mix.promised();
    let guests = "FROM beta_testers JOIN beta_walkthrough_tokens ON tester_email = email \
                  JOIN mail_outbox ON token_id = beta_walkthrough_tokens.id \
                  WHERE email LIKE 'guest%'";
    let promised = [
        ("sessions", raptor, "FROM customer_sessions", sessions),
        ("invitations with a mail", console, guests, invited),
    ];
    let mut lost = Vec::new();
    for (what, database, rows, promised) in promised {
        let kept = count(database, rows).await?;
        if kept < i64::try_from(promised).unwrap_or(i64::MAX) {
            lost.push(format!("{promised} {what} were promised, and {kept} are there"));
        }
    }
    Ok(lost)
}

async fn count(database: &str, rows: &str) -> Result<i64, Failure> {
    let connected = AsyncPgConnection::establish(database).await;
    let mut connection = connected.could_not("reach the database")?;
    let counted = sql_query(format!("SELECT count(*) AS count {rows}"));
    let counted: Result<Count, _> = counted.get_result(&mut connection).await;
    Ok(counted.could_not("count what is there")?.count)
}
