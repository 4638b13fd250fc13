//! `beta_ghost_resets`: each run of the ghost reset, and what its steps write
//! (section 8 of the contracts).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use ghost_contracts::AccountState;
use serde_json::json;
use service_kit::db::{Connection, DbError, Pool, transaction};
use service_kit::fail_point;

use crate::db::audit::{self, AuditWriteFailed};
use crate::db::{account_state, mail, walkthrough_token};
use crate::domain::actor::Actor;
use crate::domain::audit::{action, target};
use crate::domain::ghost_reset::{Outcome, Run, Step};
use crate::domain::mail::{MailId, MailKind, NewMail};
use crate::domain::tester::{Tester, TesterId};
use crate::domain::walkthrough_token::TokenId;
use crate::schema::beta_ghost_resets as resets;

/// Why a step was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its audit row could not be written, so the rest was not either.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// Any other fault of the database.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<diesel::result::Error> for WriteError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Queryable)]
pub struct RunRecord {
    /// The last step that was finished.
    pub step: String,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// The newest run of a tester.
///
/// # Errors
/// Where the database is away.
pub async fn newest(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Option<RunRecord>, DbError> {
    let found = resets::table
        .filter(resets::tester_id.eq(tester.0))
        .order(resets::id.desc())
        .select((resets::step, resets::started_at, resets::finished_at, resets::outcome))
        .first(connection)
        .await;
    Ok(found.optional()?)
}

/// Step 5: the run and its audit row, together.
///
/// # Errors
/// [`WriteError::Audit`] where the audit row could not be written: then there is no run either.
pub async fn initiate(
    pool: &Pool,
    tester: &Tester,
    actor: &Actor,
    state: AccountState,
) -> Result<i64, WriteError> {
    let work = async |connection: &mut Connection| -> Result<_, WriteError> {
        fail_point::statement("ghost_reset.initiated.before").map_err(AuditWriteFailed)?;
        let payload = json!({"email": tester.email, "raptor_state": state});
        audit(connection, tester, actor, action::RESET_INITIATED, payload).await?;
        let id = diesel::insert_into(resets::table)
            .values((resets::tester_id.eq(tester.id.0), resets::actor.eq(actor.as_str())))
            .returning(resets::id)
            .get_result(connection)
            .await?;
        fail_point::database("ghost_reset.initiated.uncommitted")?;
        Ok(id)
    };
    let id = transaction(pool, work).await?;
    fail_point::database("ghost_reset.initiated.committed")?;
    Ok(id)
}

/// Notes that a step is done.
///
/// # Errors
/// Where the database is away.
pub async fn reach(pool: &Pool, run: &Run, step: Step) -> Result<(), DbError> {
    let mut connection = pool.get().await?;
    diesel::update(resets::table.find(run.id))
        .set(resets::step.eq(step.as_str()))
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// The end of step 6 where Raptor did not delete, or where it is not known whether it did.
///
/// # Errors
/// [`WriteError::Audit`] where the audit row could not be written: the run stays unfinished.
pub async fn fail(
    pool: &Pool,
    run: &Run,
    outcome: Outcome,
    reason: &str,
) -> Result<(), WriteError> {
    let work = async |connection: &mut Connection| -> Result<_, WriteError> {
        fail_point::statement("ghost_reset.failed.before").map_err(AuditWriteFailed)?;
        let payload = json!({"email": run.tester.email, "reason": reason});
        audit(connection, &run.tester, &run.actor, action::RESET_FAILED, payload).await?;
        diesel::update(resets::table.find(run.id))
            .set((resets::outcome.eq(outcome.as_str()), resets::finished_at.eq(diesel::dsl::now)))
            .execute(connection)
            .await?;
        Ok(())
    };
    transaction(pool, work).await?;
    Ok(fail_point::database("ghost_reset.failed.committed")?)
}

/// Step 7: one live token, every other revoked, and the mail in the outbox, in one transaction
/// with the tester's row locked first. That there is no account now is noted for the lists.
///
/// # Errors
/// Where the database is away; nothing is revoked then.
pub async fn ready_token(
    pool: &Pool,
    run: &Run,
    from: &str,
) -> Result<(TokenId, MailId), WriteError> {
    let work = async |connection: &mut Connection| -> Result<_, WriteError> {
        fail_point::database("ghost_reset.token.before")?;
        let tester = &run.tester;
        walkthrough_token::lock_tester(connection, tester.id).await?;
        let minted = walkthrough_token::keep_or_mint(connection, &tester.email).await?;
        let new = NewMail {
            tester: tester.id,
            to: tester.email.clone(),
            token: minted.token.id,
            kind: MailKind::GhostReset,
            from: from.to_owned(),
        };
        let mail = mail::enqueue(connection, &new).await?;
        account_state::note_deleted(connection, tester.id).await?;
        diesel::update(resets::table.find(run.id))
            .set(resets::step.eq(Step::TokenReady.as_str()))
            .execute(connection)
            .await?;
        fail_point::database("ghost_reset.token.uncommitted")?;
        Ok((minted.token.id, mail))
    };
    let ready = transaction(pool, work).await?;
    fail_point::database("ghost_reset.token.committed")?;
    Ok(ready)
}

/// Step 9: the last audit row and the end of the run, together. Earlier runs of the same tester
/// that never ended are closed with it: this one has done their work.
///
/// # Errors
/// [`WriteError::Audit`] where the audit row could not be written: the run stays unfinished.
pub async fn complete(
    pool: &Pool,
    run: &Run,
    token: TokenId,
    email_sent: bool,
) -> Result<DateTime<Utc>, WriteError> {
    let work = async |connection: &mut Connection| -> Result<_, WriteError> {
        fail_point::statement("ghost_reset.completed.before").map_err(AuditWriteFailed)?;
        // As in step 7: whoever writes runs of a tester does so one after the other.
        walkthrough_token::lock_tester(connection, run.tester.id).await?;
        let payload = json!({
            "email": run.tester.email,
            "new_token_id": token.0,
            "email_sent": email_sent,
            "actor": run.actor.as_str(),
        });
        audit(connection, &run.tester, &run.actor, action::RESET_COMPLETED, payload).await?;
        diesel::sql_query(
            "UPDATE beta_ghost_resets \
                 SET outcome = 'rerun', finished_at = coalesce(finished_at, now()) \
                 WHERE tester_id = $1 AND id < $2 AND (finished_at IS NULL OR outcome = 'unknown')",
        )
        .bind::<BigInt, _>(run.tester.id.0)
        .bind::<BigInt, _>(run.id)
        .execute(connection)
        .await?;
        let finished_at = super::time::now(connection).await?;
        diesel::update(resets::table.find(run.id))
            .set((
                resets::step.eq(Step::Completed.as_str()),
                resets::outcome.eq(Outcome::Completed.as_str()),
                resets::finished_at.eq(finished_at),
            ))
            .execute(connection)
            .await?;
        fail_point::database("ghost_reset.completed.uncommitted")?;
        Ok(finished_at)
    };
    let finished_at = transaction(pool, work).await?;
    fail_point::database("ghost_reset.completed.committed")?;
    Ok(finished_at)
}

async fn audit(
    connection: &mut Connection,
    tester: &Tester,
    actor: &Actor,
    action: &str,
    payload: serde_json::Value,
) -> Result<(), WriteError> {
    let target_id = tester.id.to_string();
    Ok(audit::insert(connection, actor, action, target::TESTER, &target_id, payload).await?)
}
