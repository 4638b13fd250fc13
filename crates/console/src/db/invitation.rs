//! Inviting a tester, sending the invitation again, and showing its link: each one transaction
//! with its audit row (section 7 of the contracts).

use ghost_contracts::console::RefusalReason;
use ghost_contracts::{EmailAddress, PersonName};
use serde_json::{Value, json};
use service_kit::db::{Connection, DbError, Pool, transaction};

use crate::db::audit::{self, AuditWriteFailed};
use crate::db::{mail, tester, time, walkthrough_token};
use crate::domain::actor::Actor;
use crate::domain::audit::{action, target};
use crate::domain::mail::{MailId, MailKind, NewMail};
use crate::domain::tester::{Tester, TesterId};
use crate::domain::walkthrough_token::{SigningFailed, TokenId, WalkthroughToken};

/// An invitation with its mail in the outbox, to be sent now that the transaction is over.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Who is invited.
    pub tester: Tester,
    /// Their one live token.
    pub token: TokenId,
    /// Whether that was made for this.
    pub minted: bool,
    /// The mail that brings it.
    pub mail: MailId,
}

/// Why nothing was done. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// The address is invited already.
    #[error("the tester exists")]
    TesterExists,
    /// There is no such tester.
    #[error("there is no such tester")]
    TesterNotFound,
    /// The invitation was used, so it cannot be sent again.
    #[error("the invitation is spent")]
    Spent,
    /// The invitation's mail was accepted, so its link is not shown.
    #[error("the mail was accepted")]
    MailAccepted,
    /// There is no invitation that works, so there is no link to show.
    #[error("no invitation is live")]
    NoLiveInvitation,
    /// The work was lost on the way: our own fault.
    #[error("the work was lost: {0}")]
    Lost(#[from] tokio::task::JoinError),
    /// The link could not be derived: our own fault.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
    /// The audit row could not be written.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Invites somebody new, writing as `from`.
///
/// # Errors
/// [`InvitationError::TesterExists`], told by the unique constraint; nothing was written.
pub async fn invite(
    pool: &Pool,
    actor: &Actor,
    email: &EmailAddress,
    name: &PersonName,
    from: &str,
) -> Result<Invited, InvitationError> {
    let work = async |connection: &mut Connection| {
        let tester = tester::insert(connection, email, name).await.map_err(known)?;
        let minted = walkthrough_token::keep_or_mint(connection, email).await?;
        let invited = enqueue(connection, tester, minted.token.id, true, from).await?;
        let payload = json!({"email": email, "name": name, "token_id": invited.token.0});
        let action = action::TESTER_INVITED;
        write_audit(connection, actor, action, &invited.tester, payload).await?;
        Ok(invited)
    };
    transaction(pool, work).await
}

fn known(error: DbError) -> InvitationError {
    match error.constraint() {
        Some(tester::EMAIL_KEY) => InvitationError::TesterExists,
        _ => InvitationError::Database(error),
    }
}

/// Sends the unspent invitation again; where it expired or was revoked, a new one.
///
/// # Errors
/// [`InvitationError::TesterNotFound`] and [`InvitationError::Spent`]; nothing was written.
pub async fn resend(
    pool: &Pool,
    actor: &Actor,
    id: TesterId,
    from: &str,
) -> Result<Invited, InvitationError> {
    let work = async |connection: &mut Connection| {
        let tester = walkthrough_token::lock_tester(connection, id).await?;
        let tester = tester.ok_or(InvitationError::TesterNotFound)?;
        let newest = walkthrough_token::newest(connection, &tester.email).await?;
        let now = time::now(connection).await?;
        let (token, minted) = match newest {
            Some(token) if token.is_live(now) => (token.id, false),
            Some(token) if token.refusal(now) == Some(RefusalReason::Consumed) => {
                return Err(InvitationError::Spent);
            }
            _ => (walkthrough_token::keep_or_mint(connection, &tester.email).await?.token.id, true),
        };
        let invited = enqueue(connection, tester, token, minted, from).await?;
        let payload = json!({"email": invited.tester.email, "token_id": token.0, "minted": minted});
        let action = action::INVITATION_RESENT;
        write_audit(connection, actor, action, &invited.tester, payload).await?;
        Ok(invited)
    };
    transaction(pool, work).await
}

/// The live invitation of a tester whose newest mail with it was not accepted; that its link is
/// going to be shown is in the audit log when this returns.
///
/// # Errors
/// [`InvitationError::TesterNotFound`], [`InvitationError::MailAccepted`] and
/// [`InvitationError::NoLiveInvitation`]; nothing was written.
pub async fn reveal(
    pool: &Pool,
    actor: &Actor,
    id: TesterId,
) -> Result<(Tester, WalkthroughToken), InvitationError> {
    let work = async |connection: &mut Connection| {
        let tester = walkthrough_token::lock_tester(connection, id).await?;
        let tester = tester.ok_or(InvitationError::TesterNotFound)?;
        let newest = walkthrough_token::newest(connection, &tester.email).await?;
        let now = time::now(connection).await?;
        let token =
            newest.filter(|token| token.is_live(now)).ok_or(InvitationError::NoLiveInvitation)?;
        if mail::was_accepted(connection, token.id).await? {
            return Err(InvitationError::MailAccepted);
        }
        let payload = json!({"email": tester.email, "token_id": token.id.0});
        let action = action::LINK_REVEALED;
        write_audit(connection, actor, action, &tester, payload).await?;
        Ok((tester, token))
    };
    transaction(pool, work).await
}

async fn enqueue(
    connection: &mut Connection,
    tester: Tester,
    token: TokenId,
    minted: bool,
    from: &str,
) -> Result<Invited, DbError> {
    let new = NewMail {
        tester: tester.id,
        to: tester.email.clone(),
        token,
        kind: MailKind::Invitation,
        from: from.to_owned(),
    };
    let mail = mail::enqueue(connection, &new).await?;
    Ok(Invited { tester, token, minted, mail })
}

async fn write_audit(
    connection: &mut Connection,
    actor: &Actor,
    action: &str,
    tester: &Tester,
    payload: Value,
) -> Result<(), AuditWriteFailed> {
    let target = tester.id.to_string();
    audit::insert(connection, actor, action, target::TESTER, &target, payload).await
}
