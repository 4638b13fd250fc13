//! One run: what it knows, how its steps are told, and that it is torn down however it ends.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;

use crate::api::Api;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::report::{Kind, Report};
use crate::runner::Commands;
use crate::settings::Settings;
use crate::teardown::tear_down;
use crate::verdict::Verdict;

/// Everything that the steps of a run share.
pub struct Run {
    /// What it is about.
    pub settings: Settings,
    /// `raptor-api` through the runner.
    pub commands: Commands,
    /// The public API.
    pub api: Api,
    /// Where it is told.
    pub report: Report,
    /// Whether it has to stop.
    pub interrupt: Interrupt,
    facts: Mutex<Facts>,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A command through the runner.
    pub command: Duration,
    /// A call of the API.
    pub call: Duration,
}

/// What is known so far. It outlives a step that breaks down.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Every step that was begun.
    pub steps: Vec<StepTaken>,
    /// Set as soon as there may be an account: it was made at this time or later.
    pub made_since: Option<DateTime<Utc>>,
    /// `users.id`.
    pub user_id: Option<i64>,
    /// The synthetic credential's id, whole.
    pub credential_id: Option<String>,
    /// Rows of `webauthn_credentials`, as the runner sees them.
    pub credential_count: Option<i64>,
    /// Rows of `backup_codes`.
    pub recovery_code_count: Option<i64>,
    /// What the ghost detection said, and when.
    pub states: Vec<(String, AccountState)>,
}

/// A step that was begun.
#[derive(Debug, Clone)]
pub struct StepTaken {
    /// Its name for machines.
    pub name: &'static str,
    /// How long it took; `None` while it runs.
    pub took: Option<Duration>,
}

impl Run {
    /// Ready to run.
    ///
    /// # Errors
    ///
    /// Where TLS cannot be set up on this machine.
    pub fn new(
        settings: Settings,
        limits: Limits,
        report: Report,
        interrupt: Interrupt,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            commands: Commands::new(settings.runner.clone(), limits.command),
            api: Api::new(&settings, limits.call)?,
            settings,
            report,
            interrupt,
            facts: Mutex::default(),
        })
    }

    /// Notes something, or looks at what is noted.
    pub fn know<T>(&self, note: impl FnOnce(&mut Facts) -> T) -> T {
        note(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Announces a step, carries `work` out and tells how it ended. `work` gives a value and what
    /// there is to say about it. A signal ends the step.
    ///
    /// # Errors
    ///
    /// What `work` returns, and where a signal has come.
    pub async fn step<T>(
        &self,
        name: &'static str,
        what: &str,
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Result<T, Failure> {
        let number = self.know(|facts| {
            facts.steps.push(StepTaken { name, took: None });
            facts.steps.len()
        });
        let label = format!("[step {number}]");
        self.report.line(&format!("{label} {what}"));
        let started = Instant::now();
        let outcome = self.report.running(async {
            tokio::select! {
                biased;
                signal = self.interrupt.arrived() => Err(Failure::interrupted(signal)),
                outcome = work => outcome,
            }
        });
        let outcome = outcome.await;
        self.know(|facts| {
            if let Some(step) = facts.steps.last_mut() {
                step.took = Some(started.elapsed());
            }
        });
        match outcome {
            Ok((value, said)) => {
                self.report.line(&format!("{label} OK  {said}\n"));
                Ok(value)
            }
            Err(failure) => Err(self.tell(&label, failure)),
        }
    }

    /// Tells a failure in full, and gives back what was told.
    pub fn tell(&self, label: &str, failure: Failure) -> Failure {
        let secret = self.know(|facts| facts.credential_id.clone());
        let failure = failure.shown(secret.as_deref());
        self.report.failure(label, &failure);
        failure
    }
}

/// Runs `work` to its end, whatever that is, tears down and judges.
pub async fn conduct<W, F>(kind: Kind, run: Arc<Run>, began: DateTime<Utc>, work: W) -> Verdict
where
    W: FnOnce(Arc<Run>) -> F,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    run.report.header(kind, &run.settings, began);
    // In tasks of their own, so that a panic ends the task and not the run.
    let failure = match tokio::spawn(work(Arc::clone(&run))).await {
        Ok(outcome) => outcome.err(),
        Err(error) => Some(run.tell("[harness]", Failure::broke_down(&error))),
    };
    let tearing_down = tokio::spawn({
        let run = Arc::clone(&run);
        async move { tear_down(&run).await }
    });
    let teardown = match tearing_down.await {
        Ok(outcome) => outcome,
        Err(error) => Err(run.tell("[teardown]", Failure::broke_down(&error))),
    };
    let facts = run.know(|facts| facts.clone());
    let verdict = Verdict { kind, began, settings: run.settings.clone(), facts, failure, teardown };
    run.report.verdict(&verdict);
    verdict
}

#[cfg(test)]
mod tests {
    use service_kit::clock::Clock;
    use service_kit::settings::Source;

    use super::*;

    /// Such addresses exist nowhere, so nobody deletes anything of theirs.
    fn run() -> Arc<Run> {
        let source = Source::from_pairs([
            ("RAXX_SMOKE_ALLOW_PROD", "1"),
            ("RAXX_SMOKE_RUNNER", "local"),
            ("SMOKE_EMAIL_DOMAIN", "smoke.invalid"),
        ]);
        let settings = Settings::read(source, &Clock::system()).unwrap();
        let limits = Limits { command: Duration::from_secs(5), call: Duration::from_secs(5) };
        let report = Report::new(Box::new(std::io::sink()), false);
        Arc::new(Run::new(settings, limits, report, Interrupt::never()).unwrap())
    }

    #[tokio::test]
    async fn a_run_that_panics_is_torn_down_and_judged() {
        let now = Clock::system().now();
        let breaks_down = async move |run: Arc<Run>| -> Result<(), Failure> {
            run.know(|facts| facts.made_since = Some(now));
            panic!("on purpose")
        };
        let verdict = conduct(Kind::Smoke, run(), now, breaks_down).await;
        let failure = verdict.failure.as_ref().unwrap();
        assert!(failure.symptom.contains("the harness broke down"), "{failure:?}");
        // There is no such account, but there was an attempt to delete it.
        let teardown = verdict.teardown.as_ref().unwrap_err();
        assert!(teardown.evidence.contains("raptor-api delete-account"), "{teardown:?}");
        assert!(!verdict.passed());
    }

    #[tokio::test]
    async fn a_run_that_panics_while_it_knows_something_still_knows_the_rest() {
        let run = run();
        let knowing = Arc::clone(&run);
        let panicked = tokio::spawn(async move {
            knowing.know(|facts| {
                facts.user_id = Some(42);
                panic!("on purpose")
            })
        });
        assert!(panicked.await.is_err());
        assert_eq!(run.know(|facts| facts.user_id), Some(42));
    }
}
