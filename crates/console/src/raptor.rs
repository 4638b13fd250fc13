//! What the Console asks of Raptor (section 5).

use ghost_contracts::raptor::{
    ActorAdminId, GHOST_CHECK_BATCH_PATH, GHOST_CHECK_PATH, GHOST_DELETE_PATH, GhostCheck,
    GhostCheckBatch, GhostCheckBatchRequest, GhostCheckRequest, GhostDeleteRequest, NotGhost,
};
use ghost_contracts::{AccountState, EmailAddress, ErrorBody, ErrorCode};
use reqwest::StatusCode;
use service_kit::http::request_id::RequestId;
use service_kit::service_client::{Answer, CallError, ServiceClient};

/// Raptor's internal API, each call with a service token of its own and 5 s at most.
#[derive(Clone)]
pub struct Raptor(ServiceClient);

/// What became of an asked deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// The account is gone, or there was none.
    Deleted,
    /// Raptor looked again under the lock and kept it: 409 `not_ghost`.
    NotGhost(AccountState),
    /// Raptor said that it did not delete; how, for the log.
    Refused(String),
    /// An answer that leaves it open, such as a router's 503; which, for the log.
    Unclear(String),
}

impl Raptor {
    /// A client over `calls`, which knows where Raptor is and how to sign.
    #[must_use]
    pub fn new(calls: ServiceClient) -> Self {
        Self(calls)
    }

    /// The state of one account.
    ///
    /// # Errors
    /// [`CallError`] where Raptor is away, slow or unintelligible.
    pub async fn ghost_check(
        &self,
        email: &EmailAddress,
        request: &RequestId,
    ) -> Result<GhostCheck, CallError> {
        let question = GhostCheckRequest { email: email.clone() };
        let answer = self.0.post(GHOST_CHECK_PATH, &question, request).await?;
        expect_ok(&answer)?.json()
    }

    /// The states of up to 500 accounts, in the order asked; of none without asking.
    ///
    /// # Errors
    /// [`CallError`] where Raptor is away, slow or unintelligible, or answers about others than
    /// those it was asked about.
    pub async fn ghost_check_batch(
        &self,
        emails: Vec<EmailAddress>,
        request: &RequestId,
    ) -> Result<Vec<GhostCheck>, CallError> {
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
            return Err(CallError::Unintelligible(why));
        }
        Ok(batch.results.into_iter().map(|result| result.check).collect())
    }

    /// Asks Raptor to delete a ghost's account on behalf of an operator.
    ///
    /// # Errors
    /// [`CallError::Unreachable`]: nothing was deleted. [`CallError::NoAnswer`] and
    /// [`CallError::Unintelligible`]: it is not known whether something was.
    pub async fn ghost_delete(
        &self,
        email: &EmailAddress,
        actor: &ActorAdminId,
        request: &RequestId,
    ) -> Result<Deletion, CallError> {
        let order = GhostDeleteRequest { email: email.clone(), actor_admin_id: actor.clone() };
        let answer = self.0.post(GHOST_DELETE_PATH, &order, request).await?;
        Ok(judge(&answer))
    }
}

/// What an answer to ghost-delete means. Raptor's own refusals name a code; an error that names
/// none, or says that the database went away in the middle, leaves it open what was done.
fn judge(answer: &Answer) -> Deletion {
    if answer.status == StatusCode::NO_CONTENT {
        return Deletion::Deleted;
    }
    let body: Option<ErrorBody> = answer.json().ok();
    let code = body.as_ref().and_then(ErrorBody::code);
    let status = answer.status.as_u16();
    let why = match code {
        Some(code) => format!("status {status}, {code}"),
        None => format!("status {status}"),
    };
    match (code, body.and_then(|body| body.details::<NotGhost>())) {
        (Some(ErrorCode::NotGhost), Some(kept)) => Deletion::NotGhost(kept.state),
        (Some(ErrorCode::ServiceUnavailable), _) => Deletion::Unclear(why),
        (Some(_), _) if !answer.status.is_success() => Deletion::Refused(why),
        _ => Deletion::Unclear(why),
    }
}

fn expect_ok(answer: &Answer) -> Result<&Answer, CallError> {
    match answer.status {
        StatusCode::OK => Ok(answer),
        status => Err(CallError::Unintelligible(format!("status {}", status.as_u16()))),
    }
}
