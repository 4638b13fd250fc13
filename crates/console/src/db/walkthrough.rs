//! Opening and spending an invitation: what Raptor asks on behalf of a tester
//! (section 6 of the contracts).

use ghost_contracts::console::{
    RefusalReason, UsableWalkthrough, WalkthroughConsumeRequest, WalkthroughConsumed,
    WalkthroughVerification,
};
use serde_json::json;
use service_kit::db::{Connection, DbError, Pool, transaction};
use service_kit::fail_point;

use crate::db::audit::{self, AuditWriteFailed};
use crate::db::{nda, tester, time, walkthrough_token};
use crate::domain::actor::Actor;
use crate::domain::audit::{action, target};
use crate::domain::tester::Tester;
use crate::domain::walkthrough_token::{Consumption, TokenId, WalkthroughToken};

/// Why a token was not spent. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The token cannot be used.
    #[error("the token is {0}")]
    NotUsable(RefusalReason),
    /// The person saw another text than the current one.
    #[error("the current version of the NDA is {current}")]
    NdaOutdated {
        /// The version that is current.
        current: String,
    },
    /// The person has not agreed to the text.
    #[error("the NDA was not accepted")]
    NdaNotAccepted,
    /// The audit row could not be written.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What the token of this row is worth; notes that its link was looked at.
///
/// # Errors
/// Where the database is away.
pub async fn verify(pool: &Pool, id: TokenId) -> Result<WalkthroughVerification, DbError> {
    let mut connection = pool.get().await?;
    let Some((token, tester)) = find(&mut connection, id).await? else {
        return Ok(WalkthroughVerification::Refused(RefusalReason::Unknown));
    };
    if token.first_opened_at.is_none() {
        walkthrough_token::note_opened(&mut connection, id).await?;
    }
    if let Some(reason) = token.refusal(time::now(&mut connection).await?) {
        return Ok(WalkthroughVerification::Refused(reason));
    }
    let document = nda::current(&mut connection).await?;
    let nda_acknowledged =
        nda::is_acknowledged(&mut connection, &tester.email, &document.version).await?;
    Ok(WalkthroughVerification::Usable(UsableWalkthrough {
        email: tester.email,
        name: tester.name,
        nda_version: document.version,
        nda_text: document.text,
        nda_acknowledged,
    }))
}

async fn find(
    connection: &mut Connection,
    id: TokenId,
) -> Result<Option<(WalkthroughToken, Tester)>, DbError> {
    let Some(token) = walkthrough_token::by_id(connection, id).await? else { return Ok(None) };
    let tester = tester::by_email(connection, &token.tester_email).await?;
    Ok(tester.map(|tester| (token, tester)))
}

/// Spends the token of this row and records the acknowledgement, in one transaction with the
/// row locked first.
///
/// # Errors
/// [`ConsumeError`], judged in the order of its variants; nothing was written then.
pub async fn consume(
    pool: &Pool,
    id: TokenId,
    request: &WalkthroughConsumeRequest,
) -> Result<WalkthroughConsumed, ConsumeError> {
    let spent = transaction(pool, async |connection| spend(connection, id, request).await).await?;
    fail_point::database("walkthrough.consume.committed")?;
    Ok(spent)
}

async fn spend(
    connection: &mut Connection,
    id: TokenId,
    request: &WalkthroughConsumeRequest,
) -> Result<WalkthroughConsumed, ConsumeError> {
    let unknown = || ConsumeError::NotUsable(RefusalReason::Unknown);
    let token = walkthrough_token::lock(connection, id).await?.ok_or_else(unknown)?;
    let tester = tester::by_email(connection, &token.tester_email).await?.ok_or_else(unknown)?;
    let answer = WalkthroughConsumed { email: tester.email.clone(), name: tester.name.clone() };
    match token.judge_consumption(request.attempt_id, time::now(connection).await?) {
        Consumption::Usable => {}
        Consumption::Repeated => return Ok(answer),
        Consumption::Refused(reason) => return Err(ConsumeError::NotUsable(reason)),
    }
    let newly_agreed = agree(connection, &tester, request).await?;
    walkthrough_token::consume(connection, id, request.attempt_id).await?;
    let payload = json!({
        "email": tester.email,
        "token_id": id.0,
        "nda_version": request.nda_version,
        "nda_newly_acknowledged": newly_agreed,
    });
    let (action, target) = (action::WALKTHROUGH_CONSUMED, tester.id.to_string());
    audit::insert(connection, &Actor::raptor(), action, target::TESTER, &target, payload).await?;
    fail_point::database("walkthrough.consume.uncommitted")?;
    Ok(answer)
}

/// Whether an acknowledgement was added: the NDA is asked once per e-mail and version.
async fn agree(
    connection: &mut Connection,
    tester: &Tester,
    request: &WalkthroughConsumeRequest,
) -> Result<bool, ConsumeError> {
    let current = nda::current(connection).await?.version;
    if request.nda_version != current {
        return Err(ConsumeError::NdaOutdated { current });
    }
    if nda::is_acknowledged(connection, &tester.email, &current).await? {
        return Ok(false);
    }
    if !request.nda_accepted {
        return Err(ConsumeError::NdaNotAccepted);
    }
    nda::acknowledge(connection, &tester.email, &current).await?;
    Ok(true)
}
