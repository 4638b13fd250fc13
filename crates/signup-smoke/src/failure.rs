//! Why a step failed, for the person who has to do something about it.

use crate::cut;

/// A failed step, told in the terms of the runbook's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was seen, on one line.
    pub symptom: String,
    /// The whole answer, or the whole output; empty where there is none.
    pub evidence: String,
    /// What is probably the matter.
    pub likely_cause: String,
    /// What to do about it.
    pub next_step: String,
}

impl Failure {
    /// Without evidence.
    pub fn new(
        symptom: impl Into<String>,
        likely_cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self {
            symptom: symptom.into(),
            evidence: String::new(),
            likely_cause: likely_cause.into(),
            next_step: next_step.into(),
        }
    }

    /// With what was answered or printed.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    /// The run was told to stop.
    #[must_use]
    pub fn interrupted(signal: &str) -> Self {
        Self::new(
            format!("interrupted by {signal}"),
            "Somebody, or a time limit around this command, ended the run",
            "Run it again",
        )
    }

    /// The harness itself broke down.
    #[must_use]
    pub fn broke_down(error: &tokio::task::JoinError) -> Self {
        Self::new(
            format!("the harness broke down: {error}"),
            "A fault of signup-smoke, not of the deployment",
            "Report it with the lines above; until it is mended, test the signup by hand",
        )
    }

    /// Fit to be printed: see [`cut::foreign`].
    #[must_use]
    pub fn shown(self, secret: Option<&str>) -> Self {
        let shown = |text: String| cut::foreign(&text, secret);
        Self {
            symptom: shown(self.symptom),
            evidence: shown(self.evidence),
            likely_cause: shown(self.likely_cause),
            next_step: shown(self.next_step),
        }
    }
}
