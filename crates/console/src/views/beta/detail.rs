//! The page of one tester: how they stand and why, what helps now, and everything known of them.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;
use ghost_contracts::raptor::SignupAttempt;

use super::ceremony;
use super::mail::{self, MailWords};
use super::timeline::{self, Line};
use crate::db::mail::MailRecord;
use crate::domain::audit::Entry;
use crate::domain::invitation::InvitationStatus;
use crate::domain::permission::Permission;
use crate::domain::tester_file::TesterFile;
use crate::domain::timeline as events;
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::views::audit::{actor_name, sentence};
use crate::views::badge::{self, Badge};
use crate::views::layout::Layout;
use crate::views::paths;

/// How many lines of the time line are open; the others wait behind a click.
const LINES: usize = 15;

/// The page.
#[derive(Template)]
#[template(path = "beta/detail.html")]
pub struct DetailPage {
    /// What stands around it.
    pub layout: Layout,
    /// What is known.
    pub file: TesterFile,
    /// The addresses of operators by their ids.
    pub admins: HashMap<String, String>,
    /// Everything that happened, newest first.
    lines: Vec<Line>,
    /// Whether Raptor told how the signups went.
    signups_known: bool,
    /// How the newest signup that did not end well ended.
    last_attempt: Option<String>,
}

impl DetailPage {
    /// The page; without `signups` Raptor did not tell how they went.
    #[must_use]
    pub fn new(
        layout: Layout,
        file: TesterFile,
        signups: Option<Vec<SignupAttempt>>,
        admins: HashMap<String, String>,
    ) -> Self {
        let signups_known = signups.is_some();
        let signups = signups.unwrap_or_default();
        let lines = events::of(&file, &signups);
        let lines = lines.iter().map(|event| timeline::line(event, &admins)).collect();
        let last_attempt = signups.first().and_then(ceremony::end);
        Self { layout, file, admins, lines, signups_known, last_attempt }
    }

    fn file(&self) -> &TesterFile {
        &self.file
    }

    fn path(&self) -> String {
        paths::tester(self.file.tester.id)
    }

    fn newest_lines(&self) -> &[Line] {
        self.lines.get(..LINES).unwrap_or(&self.lines)
    }

    fn older_lines(&self) -> &[Line] {
        self.lines.get(LINES..).unwrap_or_default()
    }

    fn actor(&self, actor: &str) -> String {
        actor_name(actor, &self.admins)
    }

    fn sentence(&self, entry: &Entry) -> String {
        sentence(entry)
    }

    fn account(&self) -> Badge {
        badge::account(self.file.invitation(), self.file.state())
    }

    fn invitation(&self) -> Badge {
        badge::invitation(self.file.invitation())
    }

    fn token(&self, token: &WalkthroughToken) -> Badge {
        badge::invitation(InvitationStatus::of(Some(token), self.file.now))
    }

    fn mail<'a>(&self, mail: &'a MailRecord) -> MailWords<'a> {
        mail::words(mail)
    }

    /// The newest mail, where it did not arrive though its link works.
    fn undelivered(&self) -> Option<&MailRecord> {
        let live = self.file.invitation() == InvitationStatus::Sent;
        let token = self.file.tokens.first().filter(|_| live)?;
        mail::undelivered(&self.file.mails, token.id.0)
    }

    fn trouble(&self, mail: &MailRecord) -> &'static str {
        mail::trouble(mail.standing())
    }

    fn advice(&self, mail: &MailRecord) -> &'static str {
        mail::advice(mail.standing())
    }

    /// The state in words that a new operator understands.
    fn story(&self) -> String {
        let Some(account) = &self.file.account else {
            return "Raptor is not reachable, so nobody can say how the account stands now. \
                    Reload in a moment."
                .to_owned();
        };
        let day = |at: DateTime<Utc>| at.format("%-d %B %Y").to_string();
        let began = account.created_at.map(day).unwrap_or_default();
        match (account.state, self.file.is_ghost()) {
            (AccountState::Healthy, _) => {
                format!("Has an account since {began} and can use it. Nothing needs to be done.")
            }
            (AccountState::MidEnrollment, _) => format!(
                "Started signup on {began} and may still be at it. Whoever has not finished after \
                 5 minutes is stuck."
            ),
            (AccountState::GhostEmptyShell, _) => {
                let way_in = match self.file.invitation() {
                    InvitationStatus::Sent => "Their link still works.",
                    _ => "Their link no longer works, so there is no way back in for them.",
                };
                format!(
                    "Started signup on {began}, never finished: no passkey, no session. {way_in}"
                )
            }
            (AccountState::GhostNoUsersRow, false) => {
                "Has a link that works and has not used it. There is no account yet.".to_owned()
            }
            (AccountState::GhostNoUsersRow, true) => match self.file.invitation() {
                InvitationStatus::Consumed => "Accepted the invitation but has no account: the \
                                               signup broke off before it began. Their link is \
                                               used up."
                    .to_owned(),
                _ => "Has no account and no link that works.".to_owned(),
            },
        }
    }

    /// The rule that decided, as the evidence has it.
    fn rule(&self) -> &'static str {
        match self.file.state() {
            None => "",
            Some(AccountState::GhostNoUsersRow) => "There is no account for this address.",
            Some(AccountState::GhostEmptyShell) => {
                "An account without passkey and live session, more than 5 minutes old."
            }
            Some(AccountState::MidEnrollment) => {
                "An account without passkey and live session, less than 5 minutes old."
            }
            Some(AccountState::Healthy) => "An account with a passkey, or with a live session.",
        }
    }

    /// A ghost is helped by a reset; one that was interrupted is finished by another.
    fn offers_reset(&self) -> bool {
        let helps = self.file.is_ghost() || self.file.interrupted.is_some();
        let refused = [Some(AccountState::Healthy), Some(AccountState::MidEnrollment)];
        self.layout.ghost_reset && helps && !refused.contains(&self.file.state())
    }

    /// Whether a mail needs somebody's eyes.
    fn a_mail_is_stuck(&self) -> bool {
        self.file.mails.iter().any(|mail| mail.standing().is_undelivered())
    }

    fn may_reset(&self) -> bool {
        self.layout.may(Permission::UsersWrite)
    }

    fn who_may_reset(&self) -> &'static str {
        Permission::UsersWrite.who_may()
    }

    fn offers_resend(&self) -> bool {
        self.file.invitation() != InvitationStatus::Consumed
    }

    fn resend_label(&self) -> &'static str {
        match self.file.invitation() {
            InvitationStatus::Sent => "Send the invitation again",
            _ => "Send a new invitation",
        }
    }

    fn may_invite(&self) -> bool {
        self.layout.may(Permission::TestersInvite)
    }

    fn who_may_invite(&self) -> &'static str {
        Permission::TestersInvite.who_may()
    }

    fn may_reveal(&self) -> bool {
        self.layout.may(Permission::LinksReveal)
    }

    fn who_may_reveal(&self) -> &'static str {
        Permission::LinksReveal.who_may()
    }

    fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.file.tokens.first().and_then(|token| token.first_opened_at)
    }

    /// What a run had finished when it was last heard of.
    fn last_step(&self, step: &str) -> &'static str {
        match step {
            "deleted" => "the account was deleted",
            "token_ready" => "the new invitation was ready",
            "mail_attempted" => "the mail was tried",
            _ => "it was begun",
        }
    }
}
