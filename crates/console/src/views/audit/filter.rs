//! The filter of the audit log: what may be chosen, and what was.

use std::collections::HashMap;

use crate::domain::audit::asked::{Asked, Problem};
use crate::domain::audit::{action, target};
use crate::domain::paging;
use crate::views::paths;

/// What the log may hold, in words, by what it was done to.
const ACTIONS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Testers",
        &[
            (action::TESTER_INVITED, "Tester invited"),
            (action::INVITATION_RESENT, "Invitation sent again"),
            (action::LINK_REVEALED, "Invitation link looked at"),
            (action::WALKTHROUGH_CONSUMED, "NDA accepted, invitation used"),
            (action::RESET_INITIATED, "Ghost reset begun"),
            (action::RESET_COMPLETED, "Ghost reset completed"),
            (action::RESET_FAILED, "Ghost reset failed"),
        ],
    ),
    ("Flags", &[(action::FLAG_CHANGED, "Flag switched")]),
    (
        "Operators",
        &[
            (action::ADMIN_INVITED, "Operator invited"),
            (action::ADMIN_ENROLLED, "Operator enrolled"),
            (action::ADMIN_SIGNED_IN, "Operator signed in"),
            (action::ADMIN_SIGNED_OUT, "Operator signed out"),
            (action::SESSIONS_ENDED, "Sessions ended"),
            (action::SIGNED_OUT_EVERYWHERE, "Signed out everywhere"),
            (action::ROLE_CHANGED, "Role changed"),
            (action::PASSKEYS_RESET, "Passkeys reset"),
            (action::ADMIN_REVOKED, "Operator revoked"),
        ],
    ),
    (
        "Retention",
        &[
            (action::MONTH_REMOVED, "Audit month removed"),
            (action::EXPIRED_REMOVED, "Expired records removed"),
        ],
    ),
];

const TARGETS: [(&str, &str); 5] = [
    (target::TESTER, "Testers"),
    (target::ADMIN, "Operators"),
    (target::FLAG, "Flags"),
    (target::AUDIT_MONTH, "Audit months"),
    (target::RETENTION, "Retention"),
];

/// One thing to choose.
pub struct Choice {
    /// What the address says.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is what was asked for.
    pub chosen: bool,
}

/// Choices that belong together.
pub struct Group {
    /// What they have in common.
    pub label: &'static str,
    /// They themselves.
    pub choices: Vec<Choice>,
}

/// A list to choose from. What was asked for and is not on it is added, so that nothing is lost.
pub struct Select {
    /// The parameter's name.
    pub name: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// What stands for no choice.
    pub any: &'static str,
    /// The choices that stand alone.
    pub choices: Vec<Choice>,
    /// The others.
    pub groups: Vec<Group>,
    /// Whether it is what cannot be read.
    pub is_wrong: bool,
}

/// A field to type in.
pub struct Input {
    /// The parameter's name.
    pub name: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// The HTML type: a date that is no day is shown as text, as it came.
    pub kind: &'static str,
    /// What was typed.
    pub value: String,
    /// What may be typed; empty where the browser shows it.
    pub hint: &'static str,
    /// Whether it is what cannot be read.
    pub is_wrong: bool,
}

/// The whole form.
pub struct Form {
    /// What is chosen.
    pub selects: Vec<Select>,
    /// What is typed.
    pub inputs: Vec<Input>,
    /// Rows a page, where the address says it in a way that can be read: nobody could correct here
    /// what has no field.
    pub limit: Option<String>,
}

impl Form {
    /// The form as it was sent; `admins` are the operators to choose from.
    pub fn new(asked: &Asked, admins: &HashMap<String, String>, problem: Option<&Problem>) -> Self {
        let is_wrong = |name| problem.is_some_and(|problem| problem.field == name);
        let (actor, action) = (asked.actor.as_deref(), asked.action.as_deref());
        let people = actors(admins);
        let actors = choices(people.iter().map(|(id, name)| (id.as_str(), name.as_str())), actor);
        let groups: Vec<Group> = ACTIONS
            .iter()
            .map(|(label, known)| Group { label, choices: choices(known.iter().copied(), action) })
            .collect();
        let targets = choices(TARGETS.into_iter(), asked.target_type.as_deref());
        let limit = asked.limit.as_deref().filter(|limit| !limit.is_empty());
        let limit = limit.filter(|limit| paging::parse_limit(Some(limit)).is_ok());
        let select = |name, label, any, choices, groups, asked| {
            let is_wrong = is_wrong(name);
            Select { name, label, any, choices, groups, is_wrong }.with_unknown(asked)
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
                    is_wrong: is_wrong("target_id"),
                },
                day("from", "From (UTC)", asked.from.as_deref(), is_wrong("from")),
                day(
                    "until",
                    "Until, that day included (UTC)",
                    asked.until.as_deref(),
                    is_wrong("until"),
                ),
            ],
            limit: limit.map(str::to_owned),
        }
    }

    /// What stands above a field; nothing for a parameter that has none.
    pub fn label_of(&self, name: &str) -> Option<&'static str> {
        let selects = self.selects.iter().map(|select| (select.name, select.label));
        let mut all = selects.chain(self.inputs.iter().map(|input| (input.name, input.label)));
        all.find(|(field, _)| *field == name).map(|(_, label)| label)
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

fn day(name: &'static str, label: &'static str, asked: Option<&str>, is_wrong: bool) -> Input {
    let value = asked.unwrap_or_default().to_owned();
    let is_day = chrono::NaiveDate::parse_from_str(&value, "%Y-%m-%d").is_ok();
    let kind = if value.is_empty() || is_day { "date" } else { "text" };
    Input { name, label, kind, value, hint: "", is_wrong }
}

/// The same list with one more parameter; `paged` keeps how many rows a page holds.
pub fn address(asked: &Asked, more: (&str, Option<&str>), paged: bool) -> String {
    paths::with(
        paths::AUDIT,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_that_is_written_can_be_chosen_once() {
        let mut offered: Vec<_> =
            ACTIONS.iter().flat_map(|(_, known)| *known).map(|(action, _)| *action).collect();
        let mut written = action::ALL.to_vec();
        offered.sort_unstable();
        written.sort_unstable();
        assert_eq!(offered, written);
    }
}
