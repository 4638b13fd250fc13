//! The ghost reset: ten steps in the order of section 8 of the contracts.
//!
//! The route has done step 1 and answers step 10; here are those between. From step 5 on they
//! run in a task of their own, whatever becomes of the operator's connection.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::AccountState;
use ghost_contracts::raptor::{ActorAdminId, Plan};
use service_kit::clock::Clock;
use service_kit::db::{DbError, Pool};
use service_kit::fail_point;
use service_kit::http::request_id::RequestId;
use service_kit::service_client::CallError;
use service_kit::stop::Background;

use crate::db::account_state;
use crate::db::ghost_reset as db;
use crate::domain::actor::Actor;
use crate::domain::mail::MailId;
use crate::domain::tester::Tester;
use crate::domain::walkthrough_token::TokenId;
use crate::mail::Mailer;
use crate::raptor::{GhostDeletion, RaptorClient, RaptorError};

pub use finished::Finished;
pub use refusal::Refusal;

mod finished;
mod refusal;

/// How long after its creation an account without a passkey may still be in the middle of
/// signing up (section 5 of the contracts).
pub const GRACE: TimeDelta = TimeDelta::minutes(5);

/// What a reset works with.
#[derive(Clone)]
pub struct GhostReset {
    /// The Console's database.
    pub pool: Pool,
    /// The account service.
    pub raptor: RaptorClient,
    /// The way mails go out.
    pub mailer: Mailer,
    /// Where work goes on after a client has left.
    pub background: Background,
    /// What tells how long somebody has to wait.
    pub clock: Clock,
    /// What counts the runs that have ended.
    pub finished: Finished,
}

/// One run, a row of `beta_ghost_resets`.
#[derive(Debug, Clone)]
pub struct Run {
    /// The row's id.
    pub id: i64,
    /// Whom it is about.
    pub tester: Tester,
    /// The operator's id, as the audit log has it.
    pub actor: Actor,
}

/// The last step of a run that was finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Step 5: it is in the audit log that it begins.
    Initiated,
    /// Step 6: Raptor deleted.
    Deleted,
    /// Step 7: one live invitation.
    TokenReady,
    /// Step 8: the mail was tried.
    MailAttempted,
    /// Step 9.
    Completed,
}

impl Step {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Deleted => "deleted",
            Self::TokenReady => "token_ready",
            Self::MailAttempted => "mail_attempted",
            Self::Completed => "completed",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All ten steps.
    Completed,
    /// Raptor refused: nothing was deleted.
    Failed,
    /// Raptor's answer never came: the run counts as interrupted.
    Unknown,
}

impl Outcome {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Completed, Self::Failed, Self::Unknown];

    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A reset that went all the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// When.
    pub reset_at: DateTime<Utc>,
    /// Whether there was an account to delete, as Raptor said when it began.
    pub had_account: bool,
    /// The invitation that works now.
    pub token: TokenId,
    /// Whether the mail was accepted; if not, the outbox goes on trying.
    pub email_sent: bool,
}

impl GhostReset {
    /// Resets a ghost; with a `plan`, only if its account is still what the preview showed.
    ///
    /// # Errors
    /// The first step that said no.
    pub async fn run(
        &self,
        tester: Tester,
        actor: Actor,
        plan: Option<Plan>,
        request_id: RequestId,
    ) -> Result<Done, Refusal> {
        let state = self.check(&tester, &request_id).await?;
        let this = self.clone();
        let steps = async move {
            let run = this.initiate(tester, actor, state).await?;
            this.delete(&run, plan.as_ref(), &request_id).await?;
            let (token, mail) = this.ready_token(&run).await?;
            let email_sent = this.send(&run, mail).await;
            let reset_at = this.complete(&run, token, email_sent).await?;
            let had_account = state == AccountState::GhostEmptyShell;
            Ok(Done { reset_at, had_account, token, email_sent })
        };
        self.background.spawn(tracing::Instrument::in_current_span(steps)).await?
    }

    /// Steps 2 to 4: only a ghost goes on. What Raptor says is also kept for the lists.
    async fn check(
        &self,
        tester: &Tester,
        request_id: &RequestId,
    ) -> Result<AccountState, Refusal> {
        fail_point::request("ghost_reset.check.asking").map_err(RaptorError::from)?;
        let account = self.raptor.ghost_check(&tester.email, request_id).await?;
        fail_point::answer("ghost_reset.check.answered").map_err(RaptorError::from)?;
        let mut connection = self.pool.get().await?;
        account_state::record(&mut connection, &[(tester.id, account.clone())]).await?;
        match (account.state, account.created_at) {
            (AccountState::Healthy, _) => Err(Refusal::Healthy(account)),
            (AccountState::MidEnrollment, Some(created_at)) => {
                Err(Refusal::MidEnrollment { retry_at: created_at + GRACE })
            }
            (AccountState::MidEnrollment, None) => {
                let odd = "mid_enrollment without a created_at".to_owned();
                Err(RaptorError::from(CallError::Unintelligible(odd)).into())
            }
            (ghost, _) => Ok(ghost),
        }
    }

    /// Step 5: without this audit row nothing happens.
    async fn initiate(
        &self,
        tester: Tester,
        actor: Actor,
        state: AccountState,
    ) -> Result<Run, Refusal> {
        let id = db::initiate(&self.pool, &tester, &actor, state).await?;
        Ok(Run { id, tester, actor })
    }

    /// Step 6: Raptor decides again, under its lock. Where no answer came it is asked once more;
    /// asking twice is safe. If it then finds no account where the plan has one, the first request
    /// may have deleted it, and the plan can never match again: it is asked without the plan, which
    /// has nothing left to protect.
    async fn delete(
        &self,
        run: &Run,
        plan: Option<&Plan>,
        request_id: &RequestId,
    ) -> Result<(), Refusal> {
        let actor = ActorAdminId::parse(run.actor.as_str())
            .map_err(|error| Refusal::NotDeleted(error.to_string()))?;
        let ask = |plan| self.raptor.ghost_delete(&run.tester.email, &actor, plan, request_id);
        let (answer, first) = match ask(plan).await {
            Err(CallError::NoAnswer(_)) => (ask(plan).await, false),
            answer => (answer, true),
        };
        let answer = match answer {
            Ok(GhostDeletion::PlanChanged(change))
                if !first && change.state() == Some(AccountState::GhostNoUsersRow) =>
            {
                ask(None).await
            }
            answer => answer,
        };
        let refusal = match answer {
            Ok(GhostDeletion::Deleted) => return self.note_deleted(run).await,
            // Not the first answer: the first request may have deleted what this one found anew.
            Ok(GhostDeletion::NotGhost(state)) => Refusal::NotGhost { state, certain: first },
            Ok(GhostDeletion::PlanChanged(change)) => {
                Refusal::PlanChanged { change, certain: first }
            }
            // Up to 500 Raptor has rolled back; 502 to 504 may come from in between.
            Ok(GhostDeletion::Refused(status)) if first && status <= 500 => {
                Refusal::NotDeleted(format!("status {status}"))
            }
            Ok(GhostDeletion::Refused(status)) => Refusal::Unknown(format!("status {status}")),
            Err(CallError::Unreachable(why)) if first => Refusal::NotDeleted(why),
            Err(error) => Refusal::Unknown(error.to_string()),
        };
        let reason = refusal.to_string();
        let failed = db::fail(&self.pool, run, refusal.outcome(), &reason).await;
        failed.map_err(Refusal::Unfinished)?;
        self.finished.count(refusal.outcome());
        Err(refusal)
    }

    async fn note_deleted(&self, run: &Run) -> Result<(), Refusal> {
        let unfinished = |error: DbError| Refusal::Unfinished(error.into());
        fail_point::database("ghost_reset.deleted.before").map_err(unfinished)?;
        db::reach(&self.pool, run, Step::Deleted).await.map_err(unfinished)?;
        fail_point::database("ghost_reset.deleted.noted").map_err(unfinished)
    }

    /// Step 7: one live invitation, and its mail in the outbox.
    async fn ready_token(&self, run: &Run) -> Result<(TokenId, MailId), Refusal> {
        let ready = db::ready_token(&self.pool, run, self.mailer.from()).await;
        ready.map_err(Refusal::Unfinished)
    }

    /// Step 8: a mail that is not accepted does not undo the reset; the outbox goes on trying.
    async fn send(&self, run: &Run, mail: MailId) -> bool {
        let accepted = self.mailer.attempt(mail).await.is_accepted();
        if let Err(error) = self.note_attempted(run).await {
            tracing::error!(%error, reset = run.id, "the step was not noted");
        }
        accepted
    }

    async fn note_attempted(&self, run: &Run) -> Result<(), DbError> {
        fail_point::database("ghost_reset.mail_attempted.before")?;
        db::reach(&self.pool, run, Step::MailAttempted).await?;
        fail_point::database("ghost_reset.mail_attempted.noted")
    }

    /// Step 9.
    async fn complete(
        &self,
        run: &Run,
        token: TokenId,
        email_sent: bool,
    ) -> Result<DateTime<Utc>, Refusal> {
        let completed = db::complete(&self.pool, run, token, email_sent).await;
        let reset_at = completed.map_err(Refusal::Unfinished)?;
        self.finished.count(Outcome::Completed);
        Ok(reset_at)
    }
}
