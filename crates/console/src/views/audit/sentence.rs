//! What a row of the audit log tells, in words.

use std::collections::HashMap;

use askama::Template;
use uuid::Uuid;

use crate::domain::audit::{Entry, action, target};
use crate::domain::tester::TesterId;
use crate::views::badge::Badge;
use crate::views::paths;

/// What was done, cut at whom or what it was done to, which a page makes a link.
pub struct Sentence {
    /// The verb and what follows it.
    pub before: String,
    /// Whom or what; empty where the sentence needs nobody.
    pub object: String,
    /// The rest, with a space in front where there is one.
    pub after: String,
}

/// A row as a sentence of a page: who did what, with a link to whom or what it was done to.
#[derive(Template)]
#[template(path = "told.html")]
pub struct Told {
    /// Who did it.
    pub actor: String,
    sentence: Sentence,
    target_href: Option<String>,
}

impl Told {
    /// The sentence of a row; `admins` gives operators' ids their addresses.
    pub fn new(entry: &Entry, admins: &HashMap<String, String>) -> Self {
        Self {
            actor: actor_name(&entry.actor, admins),
            sentence: Sentence::of(entry),
            target_href: target_href(entry),
        }
    }
}

/// Who did it, in words; `admins` gives operators' ids their addresses.
pub(crate) fn actor_name(actor: &str, admins: &HashMap<String, String>) -> String {
    match actor {
        "cli" => "Somebody at the command line".to_owned(),
        "raptor-api" => "Raptor".to_owned(),
        id => admins.get(id).cloned().unwrap_or_else(|| id.to_owned()),
    }
}

/// What was done, in words. An action that this version does not know keeps its own name.
pub(crate) fn sentence(entry: &Entry) -> String {
    let Sentence { before, object, after } = Sentence::of(entry);
    if object.is_empty() { before } else { format!("{before} {object}{after}") }
}

impl Sentence {
    /// The sentence of a row, without its actor.
    pub fn of(entry: &Entry) -> Self {
        let text = |name: &str| entry.payload.get(name).and_then(|value| value.as_str());
        let email = text("email").unwrap_or("somebody");
        let word = |name: &str| text(name).unwrap_or("?");
        let number = |name: &str| {
            let value = entry.payload.get(name).and_then(serde_json::Value::as_i64);
            value.map_or_else(|| "?".to_owned(), |value| value.to_string())
        };
        let told = |before: &str, after: String| Self::new(before, email, after);
        match entry.action.as_str() {
            action::ADMIN_INVITED => told("invited", format!(" as {}", word("role"))),
            action::ADMIN_ENROLLED => Self::alone(format!("enrolled as {}", word("role"))),
            action::ADMIN_SIGNED_IN => Self::alone("signed in"),
            action::ADMIN_SIGNED_OUT => Self::alone("signed out"),
            action::SESSIONS_ENDED => {
                let many = entry.payload.get("sessions").and_then(|value| value.as_u64());
                Self::alone(match many {
                    Some(1) => "ended a session of their own".to_owned(),
                    many => format!("ended {} sessions of their own", many.unwrap_or_default()),
                })
            }
            action::SIGNED_OUT_EVERYWHERE => told("signed", " out everywhere".to_owned()),
            action::ROLE_CHANGED => {
                told("made", format!(" {} instead of {}", word("to"), word("from")))
            }
            action::ADMIN_REVOKED => told("revoked", String::new()),
            action::PASSKEYS_RESET => told("reset the passkeys of", String::new()),
            action::FLAG_CHANGED => {
                let after = format!(" {}, from {}", on(entry, "to"), on(entry, "from"));
                Self::new("switched", &entry.target_id, after)
            }
            action::TESTER_INVITED => told("invited", " to the beta".to_owned()),
            action::INVITATION_RESENT => told("sent", " the invitation again".to_owned()),
            action::LINK_REVEALED => told("looked at the invitation link of", String::new()),
            action::WALKTHROUGH_CONSUMED => {
                told("recorded that", " accepted the NDA and used the invitation".to_owned())
            }
            action::RESET_INITIATED => told("began a ghost reset of", String::new()),
            action::RESET_COMPLETED => told("completed the ghost reset of", String::new()),
            action::RESET_FAILED => {
                let reason = text("reason").map(|reason| format!(": {reason}"));
                let reason = reason.unwrap_or_default();
                told("could not complete the reset of", reason.trim_end_matches('.').to_owned())
            }
            action::MONTH_REMOVED => {
                let rows = number("rows");
                let after = format!(" from the audit log, its time being over: {rows} rows");
                Self::new("removed", &entry.target_id, after)
            }
            action::EXPIRED_REMOVED => {
                Self::alone(format!("removed records that had ended before {}", entry.target_id))
            }
            other => {
                let target = format!("{} {}", entry.target_type, entry.target_id);
                Self::new(&format!("did {other} to"), &target, String::new())
            }
        }
    }

    fn new(before: &str, object: &str, after: String) -> Self {
        Self { before: before.to_owned(), object: object.to_owned(), after }
    }

    fn alone(words: impl Into<String>) -> Self {
        Self { before: words.into(), object: String::new(), after: String::new() }
    }
}

fn on(entry: &Entry, name: &str) -> &'static str {
    match entry.payload.get(name).and_then(|value| value.as_bool()) {
        Some(true) => "on",
        Some(false) => "off",
        None => "?",
    }
}

/// How it ended.
pub fn result(entry: &Entry) -> Badge {
    let badge = |icon, word, class| Badge { icon, word, meaning: "", class };
    let mail_waits = entry.payload.get("email_sent") == Some(&serde_json::Value::Bool(false));
    match entry.action.as_str() {
        action if action.ends_with(".failed") => badge("✕", "Failed", "bad"),
        action if action.ends_with(".initiated") => badge("▸", "Begun", "info"),
        _ if mail_waits => badge("!", "Mail not accepted", "warn"),
        _ => badge("✓", "Done", "muted"),
    }
}

/// Where more is known of the target; nowhere where its id is none.
pub fn target_href(entry: &Entry) -> Option<String> {
    let id = entry.target_id.as_str();
    match entry.target_type.as_str() {
        target::TESTER => Some(paths::tester(TesterId(id.parse().ok()?))),
        target::ADMIN => Some(paths::admin(Uuid::try_parse(id).ok()?)),
        target::FLAG => paths::flag(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(action: &str, target: (&str, &str), payload: Value) -> Entry {
        let (target_type, target_id) = (target.0.to_owned(), target.1.to_owned());
        let occurred_at = "2026-06-12T10:00:00Z".parse().unwrap();
        let (actor, action) = ("cli".to_owned(), action.to_owned());
        Entry { id: 1, occurred_at, actor, action, target_type, target_id, payload }
    }

    #[test]
    fn a_row_is_told_with_its_target_in_the_middle() {
        let row = entry(
            "console.flag.changed",
            ("feature_flag", "x"),
            json!({"from": false, "to": true}),
        );
        assert_eq!(sentence(&row), "switched x on, from off");
        let row =
            entry("console.beta.tester.invited", ("beta_tester", "1"), json!({"email": "a@b.c"}));
        assert_eq!(sentence(&row), "invited a@b.c to the beta");
        let row = entry("console.admin.signed_out", ("admin", "1"), json!({"email": "a@b.c"}));
        assert_eq!(sentence(&row), "signed out");
    }

    #[test]
    fn every_action_that_is_written_has_a_sentence() {
        for action in action::ALL {
            let told = sentence(&entry(action, (target::TESTER, "1"), json!({})));
            assert!(!told.contains(action), "{told}");
        }
    }

    #[test]
    fn raptor_tells_that_somebody_accepted_and_takes_nothing_from_them() {
        let payload = json!({"email": "a@b.c"});
        let row = entry(action::WALKTHROUGH_CONSUMED, (target::TESTER, "1"), payload);
        let told = "recorded that a@b.c accepted the NDA and used the invitation";
        assert_eq!(sentence(&row), told);
    }

    #[test]
    fn an_action_of_another_version_keeps_its_name() {
        let row = entry("console.new.thing", ("thing", "7"), json!({}));
        assert_eq!(sentence(&row), "did console.new.thing to thing 7");
    }

    #[test]
    fn a_result_is_what_the_row_says_and_a_failure_stands_out() {
        let word =
            |action: &str, payload| result(&entry(action, ("beta_tester", "1"), payload)).word;
        assert_eq!(word("console.beta.ghost_reset.failed", json!({})), "Failed");
        assert_eq!(word("console.beta.ghost_reset.initiated", json!({})), "Begun");
        assert_eq!(word("console.beta.ghost_reset.completed", json!({"email_sent": true})), "Done");
        let waiting = json!({"email_sent": false});
        assert_eq!(word("console.beta.ghost_reset.completed", waiting), "Mail not accepted");
    }

    #[test]
    fn a_target_is_linked_only_where_its_id_is_one() {
        let href = |target| target_href(&entry("x", target, json!({})));
        assert_eq!(href(("beta_tester", "7")), Some("/console/beta/testers/7".to_owned()));
        assert_eq!(href(("beta_tester", "../flags")), None);
        assert_eq!(href(("thing", "7")), None);
    }
}
