//! The time line of one tester, in words.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{ceremony, mail};
use crate::db::mail::MailRecord;
use crate::domain::audit::{Entry, action};
use crate::domain::mail::Standing;
use crate::domain::timeline::{Event, What};
use crate::views::audit::{actor_name, sentence};
use crate::views::badge;

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// For the eye alone.
    pub icon: &'static str,
    /// The name of its style.
    pub class: &'static str,
    /// What happened.
    pub text: String,
    /// What else is worth knowing.
    pub note: Option<String>,
    /// Who did it, where somebody did.
    pub by: Option<String>,
}

/// The line of an event; `admins` gives operators' ids their addresses.
#[must_use]
pub fn line(event: &Event<'_>, admins: &HashMap<String, String>) -> Line {
    let plain =
        |icon, class, text: String| Line { at: event.at, icon, class, text, note: None, by: None };
    match event.what {
        What::Invited => plain("✉", "info", "Invited to the beta".to_owned()),
        What::Audited(entry) => audited(entry, admins),
        What::MailWritten(mail) => {
            let (class, note) = fate(mail);
            let text = format!("{} written", name_of(mail));
            Line { note, ..plain("✉", class, text) }
        }
        What::MailAccepted(mail) => {
            plain("✓", "good", format!("{} accepted by Postmark", name_of(mail)))
        }
        What::MailReported(mail) => {
            let words = mail::words(mail);
            let text = format!("{} {}", name_of(mail), words.happened.to_lowercase());
            let note = words.why.map(|why| format!("“{why}”"));
            Line { note, ..plain(words.badge.icon, words.badge.class, text) }
        }
        What::LinkOpened(token) => {
            let text = format!("Link {} opened, {}", token.id.0, badge::BY_WHOM);
            plain("◦", "info", text)
        }
        What::LinkSpent(token) => {
            let text = format!("Accepted the NDA and used the invitation (link {})", token.id.0);
            plain("✓", "good", text)
        }
        What::LinkExpired(token) => {
            plain("⌛", "warn", format!("Link {} ended unused", token.id.0))
        }
        What::LinkRevoked(token) => plain("–", "muted", format!("Link {} revoked", token.id.0)),
        What::AccountMade(check) => {
            let number = check.user_id.map(|id| format!(" number {id}")).unwrap_or_default();
            plain("+", "info", format!("Account{number} made, without a passkey yet"))
        }
        What::CeremonyBegun(attempt) => {
            let open = attempt.completed_at.is_none()
                && attempt.failed.is_none()
                && attempt.reported.is_none();
            let note = open.then(|| "How it ended is not known.".to_owned());
            Line { note, ..plain("▸", "info", ceremony::begun(attempt)) }
        }
        What::CeremonyReported(attempt, report) => {
            plain("✕", "bad", ceremony::reported(attempt, report))
        }
        What::CeremonyFailed(failure) => plain("✕", "bad", ceremony::failed(failure).to_owned()),
        What::CeremonyCompleted(attempt) => plain("✓", "good", ceremony::completed(attempt)),
    }
}

/// What an operator did, in a few words: the name of the tester stands above them all.
fn audited(entry: &Entry, admins: &HashMap<String, String>) -> Line {
    let payload = |name: &str| entry.payload.get(name);
    let text_of = |name: &str| payload(name).and_then(Value::as_str).map(str::to_owned);
    let (icon, class, text, note) = match entry.action.as_str() {
        action::TESTER_INVITED => ("✉", "info", "Invited to the beta".to_owned(), None),
        action::INVITATION_RESENT => {
            let minted = payload("minted") == Some(&Value::Bool(true));
            let text = if minted { "New link made and sent" } else { "Invitation sent again" };
            ("✉", "info", text.to_owned(), None)
        }
        action::LINK_REVEALED => ("◉", "warn", "Link shown".to_owned(), None),
        action::RESET_INITIATED => {
            let state = text_of("raptor_state").and_then(|state| state.parse().ok());
            let found = state.map(|state| format!("Raptor found {}.", badge::in_words(state)));
            ("↻", "info", "Ghost reset begun".to_owned(), found)
        }
        action::RESET_COMPLETED => {
            let link = payload("new_token_id").and_then(Value::as_i64);
            let link = link.map(|id| format!(", link {id} is ready")).unwrap_or_default();
            let unsent = payload("email_sent") == Some(&Value::Bool(false));
            let note = unsent.then(|| "Its mail was not accepted at the first attempt.".to_owned());
            ("✓", "good", format!("Ghost reset completed{link}"), note)
        }
        action::RESET_FAILED => ("✕", "bad", "Ghost reset failed".to_owned(), text_of("reason")),
        _ => ("•", "muted", capitalised(&sentence(entry)), None),
    };
    let by = Some(actor_name(&entry.actor, admins));
    Line { at: entry.occurred_at, icon, class, text, note, by }
}

fn name_of(mail: &MailRecord) -> String {
    format!("{} mail (number {})", mail::kind(mail.kind), mail.id)
}

/// How a mail stands that the provider has not accepted: the style, and what there is to know. Of
/// one that was accepted, lines of their own tell.
fn fate(mail: &MailRecord) -> (&'static str, Option<String>) {
    let words = mail::words(mail);
    match mail.standing() {
        Standing::Waiting => (words.badge.class, Some(capitalised(words.badge.meaning))),
        Standing::Retrying | Standing::Failed | Standing::Superseded => {
            (words.badge.class, Some(words.told()))
        }
        _ => ("info", None),
    }
}

fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}
