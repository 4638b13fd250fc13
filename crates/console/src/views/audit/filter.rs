//! The filter of the audit log: what may be chosen, and what was.

use std::collections::HashMap;

use super::PATH;
use crate::http::audit::list::Asked;
use crate::http::paging::link;

/// What the log may hold, in words, by what it was done to.
const ACTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Testers",
        &[
            ("console.beta.tester.invited", "Tester invited"),
            ("console.beta.invitation.resent", "Invitation sent again"),
            ("console.beta.invitation_link.revealed", "Invitation link looked at"),
            ("console.beta.walkthrough.consumed", "Invitation accepted"),
            ("console.beta.ghost_reset.initiated", "Ghost reset begun"),
            ("console.beta.ghost_reset.completed", "Ghost reset completed"),
            ("console.beta.ghost_reset.failed", "Ghost reset failed"),
        ],
    ),
    ("Flags", &[("console.flag.changed", "Flag switched")]),
    (
        "Operators",
        &[
            ("console.admin.invited", "Operator invited"),
            ("console.admin.enrolled", "Operator enrolled"),
            ("console.admin.signed_in", "Operator signed in"),
            ("console.admin.signed_out", "Operator signed out"),
            ("console.admin.role_changed", "Role changed"),
            ("console.admin.passkeys_reset", "Passkeys reset"),
            ("console.admin.revoked", "Operator revoked"),
        ],
    ),
];

const TARGETS: [(&str, &str); 3] =
    [("beta_tester", "Testers"), ("admin", "Operators"), ("feature_flag", "Flags")];

/// What of the address cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The parameter's name.
    pub field: &'static str,
    /// What is wrong with it, for a person.
    pub message: String,
}

/// One thing to choose.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// Choices that belong together.
pub struct Group {
    pub label: &'static str,
    pub choices: Vec<Choice>,
}

/// A list to choose from. What was asked for and is not on it is added, so that nothing is lost.
pub struct Select {
    pub name: &'static str,
    pub label: &'static str,
    /// What stands for no choice.
    pub any: &'static str,
    pub choices: Vec<Choice>,
    pub groups: Vec<Group>,
    pub problem: Option<String>,
}

/// A field to type in.
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    /// The HTML type: a date that is no day is shown as text, as it came.
    pub kind: &'static str,
    pub value: String,
    pub hint: &'static str,
    pub problem: Option<String>,
}

/// The whole form.
pub struct Form {
    pub selects: Vec<Select>,
    pub inputs: Vec<Input>,
    pub limit: Option<String>,
}

impl Form {
    /// The form as it was sent; `admins` are the operators to choose from.
    pub fn new(asked: &Asked, admins: &HashMap<String, String>, problem: Option<&Problem>) -> Self {
        let of = |name| problem.filter(|p| p.field == name).map(|p| p.message.clone());
        let (actor, action) = (asked.actor.as_deref(), asked.action.as_deref());
        let people = actors(admins);
        let actors = choices(people.iter().map(|(id, name)| (id.as_str(), name.as_str())), actor);
        let groups: Vec<Group> = ACTIONS
            .iter()
            .map(|(label, known)| Group { label, choices: choices(known.iter().copied(), action) })
            .collect();
        let targets = choices(TARGETS.into_iter(), asked.target_type.as_deref());
        let select = |name, label, any, choices, groups, asked| {
            let select = Select { name, label, any, choices, groups, problem: of(name) };
            select.with_unknown(asked)
        };
        Self {
            selects: vec![
                select("actor", "Who", "Anybody", actors, Vec::new(), actor),
                select("action", "Did what", "Anything", Vec::new(), groups, action),
                select(
                    "target_type",
                    "To which kind",
                    "Any",
                    targets,
                    Vec::new(),
                    asked.target_type.as_deref(),
                ),
            ],
            inputs: vec![
                Input {
                    name: "target_id",
                    label: "To whom",
                    kind: "text",
                    value: asked.target_id.clone().unwrap_or_default(),
                    hint: "E-mail, id or flag",
                    problem: of("target_id"),
                },
                day("from", "From (UTC)", asked.from.as_deref(), of("from")),
                day("until", "Until and with (UTC)", asked.until.as_deref(), of("until")),
            ],
            limit: asked.limit.clone().filter(|limit| !limit.is_empty()),
        }
    }
}

impl Select {
    fn with_unknown(mut self, asked: Option<&str>) -> Self {
        let mut all = self.choices.iter().chain(self.groups.iter().flat_map(|g| &g.choices));
        let Some(asked) = asked.filter(|text| !text.is_empty()) else { return self };
        if !all.any(|choice| choice.chosen) {
            let text = asked.to_owned();
            self.choices.push(Choice { value: text.clone(), label: text, chosen: true });
        }
        self
    }
}

fn choices<'a>(
    known: impl Iterator<Item = (&'a str, &'a str)>,
    asked: Option<&str>,
) -> Vec<Choice> {
    let choice = |(value, label): (&str, &str)| Choice {
        chosen: asked == Some(value),
        value: value.to_owned(),
        label: label.to_owned(),
    };
    known.map(choice).collect()
}

/// Who may have acted: operators by address, then the two that are no persons.
fn actors(admins: &HashMap<String, String>) -> Vec<(String, String)> {
    let mut all: Vec<_> = admins.iter().map(|(id, email)| (id.clone(), email.clone())).collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all.push(("cli".to_owned(), "The command line".to_owned()));
    all.push(("raptor-api".to_owned(), "Raptor".to_owned()));
    all
}

fn day(
    name: &'static str,
    label: &'static str,
    asked: Option<&str>,
    problem: Option<String>,
) -> Input {
    let value = asked.unwrap_or_default().to_owned();
    let is_day = chrono::NaiveDate::parse_from_str(&value, "%Y-%m-%d").is_ok();
    let kind = if value.is_empty() || is_day { "date" } else { "text" };
    Input { name, label, kind, value, hint: "", problem }
}

/// The same list with one more parameter; `paged` keeps how many rows a page holds.
pub fn address(asked: &Asked, more: (&str, Option<&str>), paged: bool) -> String {
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
