//! The page of the audit log.

use std::collections::HashMap;

use askama::Template;

use super::layout::Layout;
use crate::domain::audit::Entry;
use crate::http::audit::list::Asked;
use crate::http::paging::link;

/// Where the page stands.
const PATH: &str = "/console/audit";

/// One row: a line for a person, the data behind it.
struct Line {
    entry: Entry,
    actor: String,
    sentence: String,
    actor_href: String,
    action_href: String,
    target_href: Option<String>,
    payload: String,
}

/// The log, a page of it.
#[derive(Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    layout: Layout,
    lines: Vec<Line>,
    asked: Asked,
    next: Option<String>,
    csv: String,
    filtered: bool,
}

impl AuditPage {
    /// The page; `admins` gives operators' ids their addresses.
    #[must_use]
    pub fn new(
        layout: Layout,
        entries: Vec<Entry>,
        next: Option<String>,
        asked: Asked,
        admins: &HashMap<String, String>,
    ) -> Self {
        let lines = entries.into_iter().map(|entry| Line::new(entry, admins)).collect();
        let next = next.map(|cursor| address(&asked, ("cursor", Some(&cursor)), true));
        let csv = address(&asked, ("format", Some("csv")), false);
        let filtered = address(&asked, ("format", None), false) != PATH;
        Self { layout, lines, asked, next, csv, filtered }
    }
}

/// The same list with one more parameter.
fn address(asked: &Asked, more: (&str, Option<&str>), paged: bool) -> String {
    link(
        PATH,
        &[
            ("actor", asked.actor.as_deref()),
            ("action", asked.action.as_deref()),
            ("target_type", asked.target_type.as_deref()),
            ("target_id", asked.target_id.as_deref()),
            ("from", asked.from.as_deref()),
            ("until", asked.until.as_deref()),
            ("limit", asked.limit.as_deref().filter(|_| paged)),
            more,
        ],
    )
}

impl Line {
    fn new(entry: Entry, admins: &HashMap<String, String>) -> Self {
        let actor = actor_name(&entry.actor, admins);
        let target_href = (entry.target_type == "beta_tester")
            .then(|| format!("/console/beta/testers/{}", entry.target_id));
        let payload = serde_json::to_string_pretty(&entry.payload).unwrap_or_default();
        Self {
            actor_href: link(PATH, &[("actor", Some(&entry.actor))]),
            action_href: link(PATH, &[("action", Some(&entry.action))]),
            sentence: sentence(&entry),
            actor,
            target_href,
            payload,
            entry,
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
    let text = |name: &str| entry.payload.get(name).and_then(|value| value.as_str());
    let email = text("email").unwrap_or("somebody");
    let on = |name: &str| match entry.payload.get(name).and_then(|value| value.as_bool()) {
        Some(true) => "on",
        Some(false) => "off",
        None => "?",
    };
    let role = |name: &str| text(name).unwrap_or("?");
    match entry.action.as_str() {
        "console.admin.invited" => format!("invited {email} as {}", role("role")),
        "console.admin.enrolled" => format!("enrolled as {}", role("role")),
        "console.admin.signed_in" => "signed in".to_owned(),
        "console.admin.role_changed" => {
            format!("made {email} {} instead of {}", role("to"), role("from"))
        }
        "console.admin.revoked" => format!("revoked {email}"),
        "console.admin.passkeys_reset" => format!("reset the passkeys of {email}"),
        "console.flag.changed" => {
            format!("switched {} {}, from {}", entry.target_id, on("to"), on("from"))
        }
        "console.beta.tester.invited" => format!("invited {email} to the beta"),
        "console.beta.invitation.resent" => format!("sent {email} the invitation again"),
        "console.beta.invitation_link.revealed" => {
            format!("looked at the invitation link of {email}")
        }
        "console.beta.walkthrough.consumed" => {
            format!("took the invitation of {email} and the consent to the NDA")
        }
        "console.beta.ghost_reset.initiated" => format!("began a ghost reset of {email}"),
        "console.beta.ghost_reset.completed" => format!("completed the ghost reset of {email}"),
        "console.beta.ghost_reset.failed" => format!("could not complete the reset of {email}"),
        other => format!("did {other} to {} {}", entry.target_type, entry.target_id),
    }
}
