//! A page of the log.

use std::collections::HashMap;

use askama::Template;
use service_kit::text::visible_json;
use uuid::Uuid;

use super::filter::{Form, address};
use super::sentence::{Told, result};
use crate::domain::audit::Entry;
use crate::domain::audit::asked::{Asked, Problem};
use crate::views::badge::Badge;
use crate::views::layout::Layout;
use crate::views::paths;

/// One row: a line for a person, the data behind it.
struct Line {
    entry: Entry,
    told: Told,
    /// The operator's page, where the actor is one.
    operator_href: Option<String>,
    result: Badge,
    /// The log of this actor, this action, this target alone.
    alone: [(&'static str, String); 3],
    payload: String,
}

/// Why nothing is shown.
struct Trouble {
    /// What is wrong.
    sentence: String,
    /// What to do now.
    advice: &'static str,
}

/// The log, a page of it.
#[derive(Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    layout: Layout,
    lines: Vec<Line>,
    form: Form,
    problem: Option<Trouble>,
    newest: Option<String>,
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
        asked: &Asked,
        admins: &HashMap<String, String>,
    ) -> Self {
        let lines = entries.into_iter().map(|entry| Line::new(entry, admins)).collect();
        let next = next.map(|cursor| address(asked, ("cursor", Some(&cursor)), true));
        Self { lines, next, ..Self::empty(layout, asked, admins, None) }
    }

    /// The page of a filter that cannot be read, with all that was typed.
    #[must_use]
    pub fn refused(
        layout: Layout,
        asked: &Asked,
        admins: &HashMap<String, String>,
        problem: Problem,
    ) -> Self {
        Self::empty(layout, asked, admins, Some(problem))
    }

    fn empty(
        layout: Layout,
        asked: &Asked,
        admins: &HashMap<String, String>,
        problem: Option<Problem>,
    ) -> Self {
        let deep = asked.cursor.as_deref().is_some_and(|cursor| !cursor.is_empty());
        let form = Form::new(asked, admins, problem.as_ref());
        Self {
            layout,
            lines: Vec::new(),
            problem: problem.map(|problem| Trouble::new(&problem, &form)),
            form,
            newest: deep.then(|| address(asked, ("cursor", None), true)),
            next: None,
            csv: address(asked, ("format", Some("csv")), false),
            filtered: address(asked, ("format", None), false) != paths::AUDIT,
        }
    }
}

impl Trouble {
    fn new(problem: &Problem, form: &Form) -> Self {
        match form.label_of(problem.field) {
            Some(label) => Self {
                sentence: format!("“{label}” {}", problem.complaint),
                advice: "The rest of the filter is as you left it: correct this and filter again.",
            },
            None => Self {
                sentence: format!("The address cannot be read: {problem}"),
                advice: "The filter is as you left it: press Filter to see its first page.",
            },
        }
    }
}

impl Line {
    fn new(entry: Entry, admins: &HashMap<String, String>) -> Self {
        let operator =
            Uuid::try_parse(&entry.actor).ok().filter(|_| admins.contains_key(&entry.actor));
        let payload = serde_json::to_string_pretty(&entry.payload).unwrap_or_default();
        let payload = visible_json(&payload);
        let target =
            [("target_type", Some(&*entry.target_type)), ("target_id", Some(&*entry.target_id))];
        Self {
            told: Told::new(&entry, admins),
            operator_href: operator.map(paths::admin),
            result: result(&entry),
            alone: [
                ("this actor", paths::with(paths::AUDIT, &[("actor", Some(&entry.actor))])),
                ("this action", paths::with(paths::AUDIT, &[("action", Some(&entry.action))])),
                ("this target", paths::with(paths::AUDIT, &target)),
            ],
            payload,
            entry,
        }
    }
}
