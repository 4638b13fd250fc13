//! After the faults: waiting until nothing moves by itself any more.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::Failure;
use crate::world::World;

/// How long everything together may take: a run counts as interrupted after 30 s, a mail waits at
/// most that long for somebody who died with it in hand.
const PATIENCE: Duration = Duration::from_secs(120);

const INTERVAL: Duration = Duration::from_millis(200);

/// Waits until Postgres has no session of a process that has ended: its last statement may still
/// commit.
pub(crate) async fn wait_for_sessions(world: &World, gone: &[String]) -> Result<(), Failure> {
    let query = "SELECT pid, application_name, state, query FROM pg_stat_activity, given \
                 WHERE value ? application_name";
    let what = "Postgres has let go of the processes that ended";
    until_none(&world.raptor, what, query, &json!(gone)).await
}

/// Waits until no mail is due or on its way.
pub(crate) async fn wait_for_mails(world: &World) -> Result<(), Failure> {
    let query = "SELECT id, token_id, attempts, next_attempt_at, last_error FROM mail_outbox \
                 WHERE status = 'pending' AND (next_attempt_at < clock_timestamp() \
                   OR attempts > 0 AND last_error IS NULL)";
    until_none(&world.console, "no mail is due", query, &Value::Null).await
}

/// Waits until every reset has ended or is old enough to count as interrupted.
pub(crate) async fn wait_for_resets(world: &World) -> Result<(), Failure> {
    let query = "SELECT id, tester_id, step, outcome, started_at FROM beta_ghost_resets \
                 WHERE (finished_at IS NULL OR outcome = 'unknown') \
                   AND started_at > clock_timestamp() - interval '31 seconds'";
    until_none(&world.console, "every reset has ended", query, &Value::Null).await
}

async fn until_none(
    database: &Database,
    what: &str,
    query: &str,
    given: &Value,
) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rows = database.rows(query, given).await?;
        let Some(first) = rows.first() else { return Ok(()) };
        if Instant::now() > deadline {
            let words = format!("waited in vain until {what}; left are {}: {first}", rows.len());
            return Err(Failure::new(words));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
