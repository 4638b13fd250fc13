//! Everything known of one tester.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::AccountState;
use ghost_contracts::raptor::GhostCheck;
use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::interrupted_reset::{self, InterruptedReset};
use crate::db::mail::{self, MailRecord};
use crate::db::{account_state, audit, time, walkthrough_token};
use crate::domain::audit::target;
use crate::domain::audit::{Entry, Filter};
use crate::domain::ghost::is_ghost;
use crate::domain::invitation::InvitationStatus;
use crate::domain::tester::Tester;
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::raptor::RaptorClient;

/// How long somebody who has just spent their invitation may be on the way to their account.
const ON_THE_WAY: TimeDelta = TimeDelta::minutes(5);

/// How many entries of the audit log a tester's page shows; the log's own page has them all.
const SHOWN: i64 = 100;

/// What the Console and Raptor know of a tester.
#[derive(Debug, Clone)]
pub struct TesterFile {
    /// Who.
    pub tester: Tester,
    /// What Raptor says; nothing while it is away.
    pub account: Option<GhostCheck>,
    /// Their tokens, newest first.
    pub tokens: Vec<WalkthroughToken>,
    /// Their mails, newest first.
    pub mails: Vec<MailRecord>,
    /// What the audit log says of them, newest first.
    pub history: Vec<Entry>,
    /// The newest ghost reset that was begun and never ended.
    pub interrupted: Option<InterruptedReset>,
    /// The database's time when this was read.
    pub now: DateTime<Utc>,
    /// Whether the newest link went out with a mail that was accepted.
    mail_accepted: bool,
}

impl TesterFile {
    /// Asks Raptor first: an account that is healthy closes its interrupted resets.
    ///
    /// # Errors
    /// Where the database is away. Raptor may be.
    pub async fn open(
        pool: &Pool,
        raptor: &RaptorClient,
        tester: Tester,
        request: &RequestId,
    ) -> Result<Self, DbError> {
        let account = match raptor.ghost_check(&tester.email, request).await {
            Ok(account) => Some(account),
            Err(error) => {
                tracing::warn!(%error, "a tester's page comes without the account's state");
                None
            }
        };
        let mut connection = pool.get().await?;
        if let Some(account) = &account {
            account_state::record(&mut connection, &[(tester.id, account.clone())]).await?;
        }
        let tokens = walkthrough_token::all(&mut connection, &tester.email).await?;
        let mail_accepted = match tokens.first() {
            Some(token) => mail::was_accepted(&mut connection, token.id).await?,
            None => false,
        };
        Ok(Self {
            account,
            mail_accepted,
            tokens,
            mails: mail::of_tester(&mut connection, tester.id).await?,
            history: audit::page(&mut connection, &about(&tester), None, SHOWN).await?,
            interrupted: interrupted_reset::of_tester(&mut connection, tester.id).await?,
            now: time::now(&mut connection).await?,
            tester,
        })
    }

    /// What Raptor says of the account.
    #[must_use]
    pub fn state(&self) -> Option<AccountState> {
        self.account.as_ref().map(|account| account.state)
    }

    /// How the newest invitation stands.
    #[must_use]
    pub fn invitation(&self) -> InvitationStatus {
        InvitationStatus::of(self.tokens.first(), self.now)
    }

    /// Whether they are a ghost by what Raptor says now.
    #[must_use]
    pub fn is_ghost(&self) -> bool {
        self.state().is_some_and(|state| is_ghost(self.invitation(), state))
    }

    /// Whether the person may be on the way from the walkthrough to their account at this moment:
    /// the invitation was spent in the last 5 minutes and there is no account yet.
    #[must_use]
    pub fn may_be_on_the_way(&self) -> bool {
        let spent_at = self.tokens.first().and_then(|token| token.consumed_at);
        self.state() == Some(AccountState::GhostNoUsersRow)
            && spent_at.is_some_and(|at| self.now - at < ON_THE_WAY)
    }

    /// When the grace window ends of an account that is being made.
    #[must_use]
    pub fn grace_ends(&self) -> Option<DateTime<Utc>> {
        let account = self.account.as_ref()?;
        let being_made = account.state == AccountState::MidEnrollment;
        account.created_at.filter(|_| being_made).map(|created_at| created_at + ON_THE_WAY)
    }

    /// How many seconds of the grace window are left: 0 where there is none.
    #[must_use]
    pub fn grace_seconds_left(&self) -> i64 {
        self.grace_ends().map_or(0, |ends| (ends - self.now).num_seconds().max(0))
    }

    /// Whether a superadmin may see the link: the invitation works and its mail was not accepted.
    #[must_use]
    pub fn link_can_be_revealed(&self) -> bool {
        self.invitation() == InvitationStatus::Sent && !self.mail_accepted
    }
}

fn about(tester: &Tester) -> Filter {
    Filter {
        target_type: Some(target::TESTER.to_owned()),
        target_id: Some(tester.id.to_string()),
        ..Filter::default()
    }
}
