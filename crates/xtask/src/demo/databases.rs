//! Time that passes faster than it does.
//!
//! A tester who stops half-way is a ghost after five minutes (section 5 of the contracts).
//! Nobody wants to wait that long for a demo to begin, and the services have, rightly, no way to
//! turn a clock. So the demo, whose databases are its own and thrown away, sets the row back.

use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};

use super::failure::{Context as _, Failure};

/// The URLs of the two throw-away databases.
#[derive(Debug, Clone)]
pub(super) struct Databases {
    pub(super) raptor: String,
    pub(super) console: String,
}

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

/// Puts everything that a database knows of `email` that many hours back, so that not all of the
/// demo happened today. Their link must be spent: what it is made of changes.
pub(super) async fn put_back(
    database: &str,
    tables: &str,
    email: &str,
    hours: i32,
) -> Result<(), Failure> {
    let mut connection =
        AsyncPgConnection::establish(database).await.could_not("reach the database")?;
    let statements = tables.replace("$email", &format!("'{}'", email.replace('\'', "''")));
    let statements = statements.replace("$by", &format!("interval '{hours} hours'"));
    let put = connection.batch_execute(&statements).await;
    put.could_not(&format!("put back what is known of {email}"))
}

/// What `raptor-api` knows.
pub(super) const RAPTOR: &str = "
    UPDATE users SET created_at = created_at - $by WHERE email = $email;
    UPDATE webauthn_credentials SET created_at = created_at - $by
        WHERE user_id = (SELECT id FROM users WHERE email = $email);
    UPDATE signup_attempts
        SET begun_at = begun_at - $by, completed_at = completed_at - $by,
            reported_at = reported_at - $by
        WHERE email = $email;";

/// What the Console knows. All in one transaction, as several statements at once are. The audit log takes no change, nor
/// should it: its guard looks away for this.
pub(super) const CONSOLE: &str = "
    UPDATE beta_walkthrough_tokens
        SET created_at = created_at - $by, expires_at = expires_at - $by,
            first_opened_at = first_opened_at - $by, consumed_at = consumed_at - $by
        WHERE tester_email = $email;
    UPDATE mail_events
        SET occurred_at = occurred_at - $by, received_at = received_at - $by
        WHERE provider_message_id IN
            (SELECT provider_message_id FROM mail_outbox WHERE to_email = $email);
    UPDATE mail_outbox
        SET created_at = created_at - $by, last_attempt_at = last_attempt_at - $by,
            accepted_at = accepted_at - $by
        WHERE to_email = $email;
    ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_append_only;
    UPDATE audit_log SET occurred_at = occurred_at - $by
        WHERE target_type = 'beta_tester'
          AND target_id = (SELECT id::text FROM beta_testers WHERE email = $email);
    ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_is_append_only;
    UPDATE beta_testers
        SET created_at = created_at - $by, account_created_at = account_created_at - $by,
            account_state_since = account_state_since - $by
        WHERE email = $email;";

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
