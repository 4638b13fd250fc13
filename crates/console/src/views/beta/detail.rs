//! The page of one tester: how they stand and why, what helps now, and everything known of them.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;
use service_kit::text::visible_json;

use super::ceremony;
use super::mail::{self, MailWords};
use super::timeline::{self, Line};
use crate::db::mail::MailRecord;
use crate::domain::audit::Entry;
use crate::domain::invitation::InvitationStatus;
use crate::domain::permission::Permission;
use crate::domain::tester::SeenState;
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
    /// How the newest signup that did not end well ended.
    last_attempt: Option<String>,
}

impl DetailPage {
    /// The page; without the signups of `file` Raptor did not tell how they went.
    #[must_use]
    pub fn new(layout: Layout, file: TesterFile, admins: HashMap<String, String>) -> Self {
        let signups = file.signups.as_deref().unwrap_or_default();
        let lines = events::of(&file, signups);
        let lines = lines.iter().map(|event| timeline::line(event, &admins)).collect();
        let last_attempt = signups.first().and_then(ceremony::end);
        Self { layout, file, admins, lines, last_attempt }
    }

    fn file(&self) -> &TesterFile {
        &self.file
    }

    fn payload(&self, entry: &Entry) -> String {
        visible_json(&entry.payload.to_string())
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
        let opened = self.opened_at().is_some();
        badge::invitation(self.file.invitation(), opened)
    }

    fn token(&self, token: &WalkthroughToken) -> Badge {
        badge::link(token, self.file.now)
    }

    fn mail<'a>(&self, mail: &'a MailRecord) -> MailWords<'a> {
        mail::words(mail)
    }

    fn kind(&self, mail: &MailRecord) -> &'static str {
        mail::kind(mail.kind)
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
                format!("Started signup on {began}, never finished: no passkey, no session.")
            }
            (AccountState::GhostNoUsersRow, false) => {
                "Has an invitation that works and has not used it. There is no account yet."
                    .to_owned()
            }
            (AccountState::GhostNoUsersRow, true) => match self.file.invitation() {
                InvitationStatus::Consumed => {
                    "Accepted the invitation, but has no account: the passkey was never begun."
                        .to_owned()
                }
                _ => "Has no account.".to_owned(),
            },
        }
    }

    /// Whether a ghost has a way back in by themselves; nothing for all others. That their signup
    /// page may still work stands below it, with the time.
    fn way_in(&self) -> Option<&'static str> {
        if !self.file.is_ghost() {
            return None;
        }
        match self.file.invitation() {
            InvitationStatus::Sent => Some("Their invitation still works."),
            _ if self.file.signup_page_ends().is_some() => None,
            _ => Some("Their invitation works no longer, so there is no way back in for them."),
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

    fn offers_reset(&self) -> bool {
        self.layout.ghost_reset && self.file.reset_helps()
    }

    /// The state last seen, where nothing newer is known.
    fn seen(&self) -> Option<(Badge, SeenState)> {
        let seen = self.file.tester.seen.filter(|_| self.file.account.is_none())?;
        Some((badge::account(self.file.invitation(), Some(seen.state)), seen))
    }

    /// Whether a mail needs somebody's eyes.
    fn a_mail_is_stuck(&self) -> bool {
        self.file.mails.iter().any(|mail| mail.standing().needs_somebody())
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
            _ => "Send a new link",
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

    fn by_whom(&self) -> &'static str {
        badge::BY_WHOM
    }

    /// What a run had finished when it was last heard of.
    fn last_step(&self, step: &str) -> &'static str {
        match step {
            "deleted" => "the account was deleted",
            "token_ready" => "the new link was ready",
            "mail_attempted" => "the mail was tried",
            _ => "it was begun",
        }
    }
}
