//! Everything known of one tester.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::AccountState;
use ghost_contracts::raptor::{GhostCheck, SignupAttempt};
use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::interrupted_reset::{self, InterruptedReset};
use crate::db::mail::{self, MailRecord};
use crate::db::{account_state, audit, time, walkthrough_token};
use crate::domain::audit::target;
use crate::domain::audit::{Entry, Filter};
use crate::domain::ghost::is_ghost;
use crate::domain::ghost_reset::GRACE;
use crate::domain::invitation::InvitationStatus;
use crate::domain::tester::Tester;
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::raptor::RaptorClient;

/// How long somebody who has just spent their invitation may be on the way to their account.
const ON_THE_WAY: TimeDelta = TimeDelta::minutes(5);

/// How long a signup page works after the invitation was accepted: the life of Raptor's bootstrap
/// token (section 3 of the contracts).
const SIGNUP_LIVES: TimeDelta = TimeDelta::minutes(30);

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
    /// How their signups went, newest first; nothing where Raptor was not asked or does not tell.
    pub signups: Option<Vec<SignupAttempt>>,
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
            signups: None,
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

    /// Until when the signup page that they may have open can still work, "Try again" on it too;
    /// nothing where it does not. Signs of it are the newest invitation, accepted less than 30
    /// minutes ago, and an account or attempt that was begun less than 30 minutes ago. A reset
    /// voids the page and makes a newer invitation: what was begun before that tells nothing.
    #[must_use]
    pub fn signup_page_ends(&self) -> Option<DateTime<Utc>> {
        let newest = self.tokens.first()?;
        let attempts = self.signups.iter().flatten().map(|attempt| attempt.begun_at);
        let account = self.account.as_ref().and_then(|account| account.created_at);
        let begun = attempts.chain(account).filter(|at| *at > newest.created_at);
        let last_sign = begun.chain(newest.consumed_at).max()?;
        Some(last_sign + SIGNUP_LIVES).filter(|ends| *ends > self.now)
    }

    /// Whether Raptor would let a reset go ahead; not while it is away.
    #[must_use]
    pub fn can_be_reset(&self) -> bool {
        self.state().is_some_and(AccountState::is_resettable)
    }

    /// Whether a reset is what helps: for a ghost, and to finish one that was interrupted. While
    /// Raptor is away, it may be.
    #[must_use]
    pub fn reset_helps(&self) -> bool {
        let is_refused = self.state().is_some() && !self.can_be_reset();
        !is_refused && (self.is_ghost() || self.interrupted.is_some())
    }

    /// The newest mail, where it needs somebody while its link works. For all testers together
    /// [`mail::undelivered`] has the same rule.
    #[must_use]
    pub fn undelivered(&self) -> Option<&MailRecord> {
        let live = self.tokens.first().filter(|token| token.is_live(self.now))?;
        let newest = self.mails.first()?;
        (newest.token == live.id && newest.standing().needs_somebody()).then_some(newest)
    }

    /// When the grace window ends of an account that is being made.
    #[must_use]
    pub fn grace_ends(&self) -> Option<DateTime<Utc>> {
        let account = self.account.as_ref()?;
        let being_made = account.state == AccountState::MidEnrollment;
        account.created_at.filter(|_| being_made).map(|created_at| created_at + GRACE)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::{MailKind, MailStatus};
    use crate::domain::mail_event::Delivery;
    use crate::domain::tester::TesterId;
    use crate::domain::walkthrough_token::TokenId;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap()
    }

    fn mail(token: i64, delivery: Option<Delivery>) -> MailRecord {
        MailRecord {
            id: 1,
            token: TokenId(token),
            kind: MailKind::Invitation,
            to: "ada@example.com".to_owned(),
            status: MailStatus::Accepted,
            attempts: 1,
            created_at: at(0),
            accepted_at: Some(at(0)),
            next_attempt_at: at(0),
            last_error: None,
            delivery,
            delivery_at: delivery.map(|_| at(1)),
            delivery_detail: None,
        }
    }

    /// A tester with a live link 7.
    fn file(mails: Vec<MailRecord>) -> TesterFile {
        let token = WalkthroughToken {
            id: TokenId(7),
            tester_email: "ada@example.com".parse().unwrap(),
            created_at: at(0),
            expires_at: at(20_160),
            first_opened_at: None,
            consumed_at: None,
            consume_attempt_id: None,
            revoked_at: None,
        };
        let tester = Tester {
            id: TesterId(1),
            email: "ada@example.com".parse().unwrap(),
            name: "Ada".parse().unwrap(),
            created_at: at(0),
            seen: None,
        };
        TesterFile {
            tester,
            account: None,
            tokens: vec![token],
            mails,
            history: Vec::new(),
            signups: None,
            interrupted: None,
            now: at(60),
            mail_accepted: true,
        }
    }

    #[test]
    fn only_the_newest_mail_of_the_newest_link_needs_somebody_while_the_link_works() {
        let bounced = mail(7, Some(Delivery::Bounced));
        assert!(file(vec![bounced.clone()]).undelivered().is_some());
        assert!(file(vec![mail(6, Some(Delivery::Bounced))]).undelivered().is_none());
        assert!(file(vec![mail(7, None), bounced.clone()]).undelivered().is_none());
        assert!(file(Vec::new()).undelivered().is_none());
        let mut spent = file(vec![bounced]);
        spent.tokens[0].consumed_at = Some(at(30));
        assert!(spent.undelivered().is_none());
    }

    #[test]
    fn a_reset_helps_ghosts_and_what_was_interrupted_unless_raptor_would_refuse_it() {
        let account = |state| GhostCheck {
            state,
            user_id: Some(1),
            credential_count: 0,
            active_session_count: 0,
            created_at: Some(at(0)),
        };
        let run = InterruptedReset {
            id: 1,
            actor: "somebody".to_owned(),
            step: "deleted".to_owned(),
            started_at: at(0),
            outcome: None,
        };
        let helps = |state: Option<AccountState>, interrupted: bool| {
            let interrupted = interrupted.then(|| run.clone());
            let file = file(Vec::new());
            TesterFile { account: state.map(account), interrupted, ..file }.reset_helps()
        };
        assert!(helps(Some(AccountState::GhostEmptyShell), false));
        assert!(!helps(Some(AccountState::GhostNoUsersRow), false), "the link works");
        assert!(helps(Some(AccountState::GhostNoUsersRow), true));
        assert!(helps(None, true) && !helps(None, false));
        assert!(!helps(Some(AccountState::Healthy), true));
        assert!(!helps(Some(AccountState::MidEnrollment), true));
    }
}
