//! Invitations: how they stand, and what operators do with them (section 7 of the contracts).

use chrono::{DateTime, Utc};
use ghost_contracts::console::RefusalReason;
use ghost_contracts::{EmailAddress, PersonName};
use secrecy::SecretString;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::stop::Background;
use utoipa::ToSchema;

use crate::db;
use crate::db::invitation::{InvitationError, Invited};
use crate::domain::actor::Actor;
use crate::domain::tester::{Tester, TesterId};
use crate::domain::walkthrough_token::{TokenId, WalkthroughToken};
use crate::mail::Mailer;
use crate::mail::outbox::Attempt;

/// The status of a tester's newest walkthrough token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be used.
    Sent,
    /// It was used.
    Consumed,
    /// It is older than 14 days.
    Expired,
    /// It was taken back, or there is none.
    Revoked,
}

impl InvitationStatus {
    /// The status of the newest token at `now`, the database's time. Where there is none the
    /// tester has no way in, as if it had been revoked, and a resend mints one.
    #[must_use]
    pub fn of(newest: Option<&WalkthroughToken>, now: DateTime<Utc>) -> Self {
        match newest.map(|token| token.refusal(now)) {
            Some(None) => Self::Sent,
            Some(Some(RefusalReason::Consumed)) => Self::Consumed,
            Some(Some(RefusalReason::Expired)) => Self::Expired,
            None | Some(Some(RefusalReason::Revoked | RefusalReason::Unknown)) => Self::Revoked,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Consumed => "consumed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Inviting, and what belongs to it: the transaction, then the mail.
#[derive(Clone)]
pub struct Invitations {
    pool: Pool,
    mailer: Mailer,
    background: Background,
}

/// An invitation that stands, and what became of the first attempt to mail it.
#[derive(Debug, Clone)]
pub struct SentInvitation {
    /// To whom.
    pub tester: Tester,
    /// Their one live token.
    pub token: TokenId,
    /// Whether that was made for this, and not sent before.
    pub minted: bool,
    /// Whether the mail was accepted.
    pub mail: Attempt,
}

impl Invitations {
    /// Invitations are kept in `pool`, mailed by `mailer`, and finished in `background` where a
    /// client leaves.
    #[must_use]
    pub fn new(pool: Pool, mailer: Mailer, background: Background) -> Self {
        Self { pool, mailer, background }
    }

    /// Invites somebody new.
    ///
    /// # Errors
    /// [`InvitationError::TesterExists`]; nothing was written then.
    pub async fn invite(
        &self,
        actor: Actor,
        email: EmailAddress,
        name: PersonName,
    ) -> Result<SentInvitation, InvitationError> {
        let this = self.clone();
        self.finish(async move {
            let from = this.mailer.from();
            let invited = db::invitation::invite(&this.pool, &actor, &email, &name, from).await?;
            Ok(this.send(invited).await)
        })
        .await
    }

    /// Sends the unspent invitation again, or a new one where that one has ended.
    ///
    /// # Errors
    /// [`InvitationError::TesterNotFound`] and [`InvitationError::Spent`]; nothing was written
    /// then.
    pub async fn resend(
        &self,
        actor: Actor,
        tester: TesterId,
    ) -> Result<SentInvitation, InvitationError> {
        let this = self.clone();
        self.finish(async move {
            let from = this.mailer.from();
            let invited = db::invitation::resend(&this.pool, &actor, tester, from).await?;
            Ok(this.send(invited).await)
        })
        .await
    }

    /// The link of an invitation whose mail was not accepted. That it was asked for is in the
    /// audit log before this returns.
    ///
    /// # Errors
    /// [`InvitationError::TesterNotFound`], [`InvitationError::MailAccepted`] and
    /// [`InvitationError::NoLiveInvitation`]; nothing was written then.
    pub async fn reveal(
        &self,
        actor: &Actor,
        tester: TesterId,
    ) -> Result<(Tester, SecretString), InvitationError> {
        let (tester, token) = db::invitation::reveal(&self.pool, actor, tester).await?;
        let link = self.mailer.links().walkthrough(&token)?;
        Ok((tester, link))
    }

    async fn send(&self, invited: Invited) -> SentInvitation {
        let mail = self.mailer.attempt(invited.mail).await;
        let Invited { tester, token, minted, .. } = invited;
        SentInvitation { tester, token, minted, mail }
    }

    /// A client that leaves must not stop a mail half-way: it would be sent again.
    async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, InvitationError>> + Send + 'static,
    ) -> Result<T, InvitationError> {
        self.background.spawn(tracing::Instrument::in_current_span(work)).await?
    }
}
