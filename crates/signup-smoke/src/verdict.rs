//! What a run comes to.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::cut;
use crate::failure::Failure;
use crate::report::Kind;
use crate::run::{Facts, StepTaken};
use crate::runner::Runner;
use crate::settings::Settings;
use crate::teardown::TornDown;

/// The end of a run, with all that is known.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Smoke or drill.
    pub kind: Kind,
    /// When it began.
    pub began: DateTime<Utc>,
    /// What it was about.
    pub settings: Settings,
    /// What became known.
    pub facts: Facts,
    /// Why the run did not get through, where it did not.
    pub failure: Option<Failure>,
    /// How the teardown ended.
    pub teardown: Result<TornDown, Failure>,
}

impl Verdict {
    /// Whether everything is as it should be, the teardown too.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failure.is_none() && self.teardown.is_ok()
    }

    fn word(&self) -> &'static str {
        if self.passed() { "PASS" } else { "FAIL" }
    }

    /// Where it failed first.
    fn failed_at(&self) -> Option<String> {
        match (&self.failure, &self.teardown) {
            (Some(_), _) => Some(format!("step {}", self.facts.steps.len())),
            (None, Err(_)) => Some("teardown".to_owned()),
            (None, Ok(_)) => None,
        }
    }

    fn credential_id_prefix(&self) -> Option<String> {
        self.facts.credential_id.as_deref().map(cut::head)
    }

    /// For machines. No token and no credential id is in it whole.
    #[must_use]
    pub fn json(&self) -> Value {
        let Self { began, settings, facts, failure, teardown, .. } = self;
        let app = match &settings.runner {
            Runner::Heroku { app } => Some(app),
            Runner::Local => None,
        };
        let steps: Vec<_> = facts.steps.iter().map(step).collect();
        let states: Vec<_> = facts
            .states
            .iter()
            .map(|(when, state)| json!({"when": when, "state": state}))
            .collect();
        json!({
            "verdict": self.word(),
            "kind": self.kind.word().to_ascii_lowercase(),
            "began_at": began.to_rfc3339_opts(SecondsFormat::Secs, true),
            "api": settings.api,
            "runner": if app.is_some() { "heroku" } else { "local" },
            "heroku_app": app,
            "email": settings.email.as_str(),
            "user_id": facts.user_id,
            "credential_id_prefix": self.credential_id_prefix(),
            "credential_count": facts.credential_count,
            "recovery_code_count": facts.recovery_code_count,
            "states": states,
            "steps": steps,
            "failed_at": self.failed_at(),
            "failure": failure.as_ref().map(describe),
            "teardown": match teardown {
                Ok(TornDown::Nothing) => json!({"outcome": "nothing_to_remove"}),
                Ok(TornDown::Deleted(deleted)) => json!({
                    "outcome": "deleted",
                    "deleted_credentials": deleted.deleted_credentials,
                    "deleted_users": deleted.deleted_users,
                }),
                Err(failure) => json!({
                    "outcome": "failed",
                    "failure": describe(failure),
                    "remove_with": settings.runner.delete_command(&settings.email),
                }),
            },
        })
    }
}

fn step(step: &StepTaken) -> Value {
    json!({"name": step.name, "seconds": step.took.map(|took| took.as_secs_f64())})
}

fn describe(failure: &Failure) -> Value {
    json!({
        "symptom": failure.symptom,
        "evidence": failure.evidence,
        "likely_cause": failure.likely_cause,
        "next_step": failure.next_step,
    })
}

/// The lines between the rules.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} VERDICT: {}", self.kind.word(), self.word())?;
        if let Some(place) = self.failed_at() {
            writeln!(f, "  failed at:            {place}")?;
        }
        match self.kind {
            Kind::Smoke => {
                let Facts { user_id, credential_count, recovery_code_count, .. } = &self.facts;
                writeln!(f, "  user_id:              {}", or_dash(user_id.as_ref()))?;
                let prefix = self.credential_id_prefix();
                writeln!(f, "  credential_id prefix: {}", or_dash(prefix.as_ref()))?;
                writeln!(f, "  DB cred_count:        {}", or_dash(credential_count.as_ref()))?;
                writeln!(f, "  recovery codes:       {}", or_dash(recovery_code_count.as_ref()))
            }
            Kind::Drill => {
                for (when, state) in &self.facts.states {
                    writeln!(f, "  {:<21} {state}", format!("{when}:"))?;
                }
                Ok(())
            }
        }
    }
}

fn or_dash(value: Option<&impl fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), ToString::to_string)
}
