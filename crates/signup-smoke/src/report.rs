//! What a person sees of a run, line for line as the runbook shows it.

use std::future::Future;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::time::MissedTickBehavior;

use crate::failure::Failure;
use crate::runner::Runner;
use crate::settings::Settings;
use crate::verdict::Verdict;

const RULE: &str = "============================================================";

/// Written over and over while a step runs.
const FRAMES: [&str; 4] = ["|", "/", "-", "\\"];
const FRAME: Duration = Duration::from_millis(150);
/// To the beginning of the line, which is emptied (ECMA-48, sections 8.3.15 and 8.3.41).
const CLEAR: &str = "\r\u{1b}[2K";

/// Whether this is the smoke itself or the drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole signup.
    Smoke,
    /// Only as far as each ghost state.
    Drill,
}

impl Kind {
    /// As the header names it.
    fn title(self) -> &'static str {
        match self {
            Self::Smoke => "SIGNUP E2E SMOKE",
            Self::Drill => "SIGNUP GHOST DRILL",
        }
    }

    /// As the verdict names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Smoke => "SMOKE",
            Self::Drill => "DRILL",
        }
    }
}

/// Where the run is told. A reader that has gone away stops nothing.
pub struct Report {
    out: Mutex<Box<dyn Write + Send>>,
    terminal: bool,
}

impl Report {
    /// Writes to `out`; where that is a terminal, a running step shows that it runs.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, terminal: bool) -> Self {
        Self { out: Mutex::new(out), terminal }
    }

    /// One line, or several.
    pub fn line(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// What is going to be done to whom.
    pub(crate) fn header(&self, kind: Kind, settings: &Settings, began: DateTime<Utc>) {
        let Settings { email, api, runner, .. } = settings;
        let began = began.to_rfc3339_opts(SecondsFormat::Secs, true);
        let app = match runner {
            Runner::Heroku { app } => app,
            Runner::Local => "- (local runner)",
        };
        self.line(&format!(
            "{RULE}\nRAXX {} — {began} UTC\n  API:        {api}\n  Heroku app: {app}\n  \
             Test email: {email}\n{RULE}\n",
            kind.title(),
        ));
    }

    /// Carries `work` out. A terminal sees for how long it has been running.
    pub(crate) async fn running<T>(&self, work: impl Future<Output = T>) -> T {
        if !self.terminal {
            return work.await;
        }
        tokio::pin!(work);
        let started = Instant::now();
        let mut frames = FRAMES.iter().cycle();
        let mut ticks = tokio::time::interval(FRAME);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let _emptied = Emptied(self);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = ticks.tick() => {
                    let frame = frames.next().copied().unwrap_or_default();
                    let seconds = started.elapsed().as_secs();
                    self.write(&format!("{CLEAR}  {frame} running, {seconds} s"));
                }
            }
        }
    }

    /// What was seen, what it probably means and what to do.
    pub(crate) fn failure(&self, label: &str, failure: &Failure) {
        let Failure { symptom, evidence, likely_cause, next_step } = failure;
        self.line(&format!("{label} FAIL  {symptom}"));
        if !evidence.is_empty() {
            self.line(&format!("\n{}", indented(evidence)));
        }
        self.line(&format!("\n  Likely cause: {likely_cause}\n  Next step:    {next_step}\n"));
    }

    /// The end.
    pub(crate) fn verdict(&self, verdict: &Verdict) {
        self.line(&format!("{RULE}\n{verdict}{RULE}"));
    }
}

/// Empties the line of a running step.
struct Emptied<'a>(&'a Report);

impl Drop for Emptied<'_> {
    fn drop(&mut self) {
        self.0.write(CLEAR);
    }
}

fn indented(text: &str) -> String {
    text.trim_end()
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect::<String>()
        .trim_end()
        .to_owned()
}
