//! What the Console asks of Raptor (section 5).

use ghost_contracts::audit_head::{AUDIT_HEAD, CONSOLE_AUDIT_HEAD};
use ghost_contracts::raptor::{
    ActorAdminId, GHOST_CHECK_BATCH_PATH, GHOST_CHECK_PATH, GHOST_DELETE_PATH, GHOST_PREVIEW_PATH,
    GhostCheck, GhostCheckBatch, GhostCheckBatchRequest, GhostCheckRequest, GhostDeleteRequest,
    GhostPreview, GhostPreviewRequest, NotGhost, Plan, SIGNUP_TIMELINE_PATH, SignupAttempt,
    SignupTimeline, SignupTimelineRequest,
};
use ghost_contracts::{AccountState, EmailAddress, ErrorCode};
use reqwest::StatusCode;
use serde_json::{Map, Value};
use service_kit::audit::peer::Heads;
use service_kit::error::ApiError;
use service_kit::fail_point;
use service_kit::http::request_id::RequestId;
use service_kit::service_client::{Answer, CallError, ServiceClient};

pub use plan_change::PlanChange;

mod plan_change;

/// Every call.
pub const PATHS: [&str; 5] = [
    GHOST_CHECK_PATH,
    GHOST_CHECK_BATCH_PATH,
    GHOST_PREVIEW_PATH,
    GHOST_DELETE_PATH,
    SIGNUP_TIMELINE_PATH,
];

/// Raptor's internal API, each call with a service token of its own and 5 s at most.
#[derive(Clone)]
pub struct RaptorClient(ServiceClient, Heads);

/// Why a state is not known.
#[derive(Debug, thiserror::Error)]
pub enum RaptorError {
    /// No answer, or none that makes sense.
    #[error(transparent)]
    Call(#[from] CallError),
    /// An answer other than the one that was asked for.
    #[error("Raptor answered with status {0}")]
    Status(u16),
}

/// What became of an asked deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GhostDeletion {
    /// The account is gone, or there was none.
    Deleted,
    /// Raptor looked again under the lock and kept it: 409 `not_ghost`.
    NotGhost(AccountState),
    /// Under the lock the account was not as the plan has it: 409 `plan_changed`.
    PlanChanged(PlanChange),
    /// An error, by its status. Up to 500 nothing was deleted; 502 to 504 may come from a router
    /// or from a database that went away in the middle, and leave it open.
    Refused(u16),
}

impl RaptorClient {
    /// A client over `calls`, which knows where Raptor is and how to sign. `heads` tells Raptor of
    /// this service's audit log, and keeps what Raptor tells of its own.
    #[must_use]
    pub fn new(calls: ServiceClient, heads: Heads) -> Self {
        Self(calls, heads)
    }

    /// The state of one account.
    ///
    /// # Errors
    /// [`RaptorError`] where Raptor is away, slow or unintelligible.
    pub async fn ghost_check(
        &self,
        email: &EmailAddress,
        request: &RequestId,
    ) -> Result<GhostCheck, RaptorError> {
        let question = GhostCheckRequest { email: email.clone() };
        let answer = self.0.post(GHOST_CHECK_PATH, &question, request).await?;
        Ok(expect_ok(&answer)?.json()?)
    }

    /// The states of up to 500 accounts, in the order asked; of none without asking.
    ///
    /// # Errors
    /// [`RaptorError`] where Raptor is away, slow or unintelligible, or answers about others than
    /// those it was asked about.
    pub async fn ghost_check_batch(
        &self,
        emails: Vec<EmailAddress>,
        request: &RequestId,
    ) -> Result<Vec<GhostCheck>, RaptorError> {
        if emails.is_empty() {
            return Ok(Vec::new());
        }
        let question = GhostCheckBatchRequest::new(emails)
            .map_err(|error| CallError::Unreachable(error.to_string()))?;
        let answer = self.0.post(GHOST_CHECK_BATCH_PATH, &question, request).await?;
        let batch: GhostCheckBatch = expect_ok(&answer)?.json()?;
        let asked = question.emails().iter();
        if !asked.eq(batch.results.iter().map(|result| &result.email)) {
            let why = "a batch about other accounts".to_owned();
            return Err(CallError::Unintelligible(why).into());
        }
        Ok(batch.results.into_iter().map(|result| result.check).collect())
    }

    /// What a reset would do to an account. A Raptor that was not brought up to date yet does not
    /// know this call; nothing may depend on it.
    ///
    /// # Errors
    /// [`RaptorError`] where Raptor is away, slow or unintelligible, or answers 404.
    pub async fn ghost_preview(
        &self,
        email: &EmailAddress,
        request: &RequestId,
    ) -> Result<GhostPreview, RaptorError> {
        let question = GhostPreviewRequest { email: email.clone() };
        let answer = self.0.post(GHOST_PREVIEW_PATH, &question, request).await?;
        Ok(expect_ok(&answer)?.json()?)
    }

    /// How the signups of an address went, newest first. As with
    /// [`ghost_preview`](Self::ghost_preview), nothing may depend on it.
    ///
    /// # Errors
    /// [`RaptorError`] where Raptor is away, slow or unintelligible, or answers 404.
    pub async fn signup_timeline(
        &self,
        email: &EmailAddress,
        request: &RequestId,
    ) -> Result<Vec<SignupAttempt>, RaptorError> {
        let question = SignupTimelineRequest { email: email.clone() };
        let answer = self.0.post(SIGNUP_TIMELINE_PATH, &question, request).await?;
        let timeline: SignupTimeline = expect_ok(&answer)?.json()?;
        Ok(timeline.attempts)
    }

    /// Asks Raptor to delete a ghost's account on behalf of an operator; with a `plan`, only
    /// what the operator agreed to.
    ///
    /// # Errors
    /// [`CallError::Unreachable`]: nothing was deleted. [`CallError::NoAnswer`] and
    /// [`CallError::Unintelligible`]: it is not known whether something was.
    pub async fn ghost_delete(
        &self,
        email: &EmailAddress,
        actor: &ActorAdminId,
        plan: Option<&Plan>,
        request: &RequestId,
    ) -> Result<GhostDeletion, CallError> {
        let order = GhostDeleteRequest {
            email: email.clone(),
            actor_admin_id: actor.clone(),
            plan: plan.cloned(),
        };
        let head = self.1.own().await.map(|head| (CONSOLE_AUDIT_HEAD, head.to_string()));
        fail_point::request("ghost_reset.delete.asking")?;
        let answer = self.0.post_with(GHOST_DELETE_PATH, &order, request, head).await?;
        self.1.hear(answer.header(AUDIT_HEAD)).await;
        fail_point::answer("ghost_reset.delete.answered")?;
        let status = answer.status.as_u16();
        match answer.status {
            StatusCode::NO_CONTENT => Ok(GhostDeletion::Deleted),
            StatusCode::CONFLICT => kept(answer.json()?),
            error if error.is_client_error() || error.is_server_error() => {
                Ok(GhostDeletion::Refused(status))
            }
            _ => Err(CallError::Unintelligible(format!("status {status}"))),
        }
    }
}

/// Why Raptor kept the account: what the code of its 409 says, whatever else it brings.
fn kept(body: Map<String, Value>) -> Result<GhostDeletion, CallError> {
    let code = body.get("error").and_then(Value::as_str).and_then(|code| code.parse().ok());
    match code {
        Some(ErrorCode::PlanChanged) => Ok(GhostDeletion::PlanChanged(PlanChange::new(body))),
        Some(ErrorCode::NotGhost) => {
            let kept: NotGhost = serde_json::from_value(Value::Object(body))
                .map_err(|error| CallError::Unintelligible(error.to_string()))?;
            Ok(GhostDeletion::NotGhost(kept.state))
        }
        _ => Err(CallError::Unintelligible("status 409 without a reason that we know".to_owned())),
    }
}

fn expect_ok(answer: &Answer) -> Result<&Answer, RaptorError> {
    match answer.status {
        StatusCode::OK => Ok(answer),
        status => Err(RaptorError::Status(status.as_u16())),
    }
}

/// 502 `raptor_unavailable`.
impl From<RaptorError> for ApiError {
    fn from(error: RaptorError) -> Self {
        let message = "Raptor cannot be reached right now, so nothing was changed. Try again in \
                       a moment.";
        Self::new(ErrorCode::RaptorUnavailable, message).saying_unchanged().because(error)
    }
}
