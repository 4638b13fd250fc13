//! `cargo xtask conformance`: both services, as programs on throw-away servers, asked by
//! schemathesis whether they do what their OpenAPI documents say.
//!
//! It makes requests from the documents, good ones and bad ones, and looks at each answer: its
//! status, type, headers and body, whether a bad request was refused, and whether anything was
//! answered to somebody without the credentials. The same requests come each time, but for the ids
//! that the services draw at random and that stand in answers.

mod people;
mod venv;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use tokio::process::Command;

use super::failure::{Context as _, Failure};
use super::progress::Progress;
use super::service::Environment;
use super::stage::{Stage, System};
use super::told_to_stop;
use people::Cookies;

/// As many as `make check` has time for.
const EXAMPLES: u32 = 20;

/// What `METRICS_TOKEN` is for the run.
const METRICS_TOKEN: &str = "metrics-token-of-the-conformance-run";

/// How much is asked.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    /// How many requests are made up for an operation, besides those that cover its document.
    #[arg(long, default_value_t = EXAMPLES)]
    examples: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { examples: EXAMPLES }
    }
}

/// A service and its document.
struct Subject<'a> {
    name: &'static str,
    base: &'a str,
    cookie: &'a str,
}

/// Runs it; the words of a failure are for the person at the terminal.
pub(crate) fn run(options: Options) -> Result<(), String> {
    to_its_end(perform(options))
}

/// Installs what is missing, which needs the network: nobody should hear of it after ten minutes.
pub(crate) fn prepare() -> Result<(), String> {
    to_its_end(async { programs().await.map(drop) })
}

fn to_its_end(work: impl Future<Output = Result<(), Failure>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime.could_not("start") {
        Ok(runtime) => runtime.block_on(work),
        Err(failure) => Err(failure),
    };
    outcome.map_err(|failure| failure.to_string())
}

async fn programs() -> Result<PathBuf, Failure> {
    let target = std::path::absolute(crate::workspace().join("target"));
    venv::ready(&target.could_not("find target")?).await
}

async fn perform(options: Options) -> Result<(), Failure> {
    let progress = Progress::start();
    let both = Environment::from([
        ("METRICS_TOKEN", METRICS_TOKEN.to_owned()),
        // Each request names an address of its own, or every limit would be met.
        ("TRUSTED_PROXY_HOPS", "1".to_owned()),
    ]);
    let (mut raptor, mut console) = (both.clone(), both);
    raptor.insert("PUBLIC_RATE_LIMIT", "0".to_owned());
    console.insert("FLAG_BETA_GHOST_RESET", "1".to_owned());
    let mut stage = Stage::told(raptor, console);
    let stopped = told_to_stop().could_not("listen to signals")?;
    let outcome = tokio::select! {
        outcome = set_up_and_ask(&mut stage, options, &progress) => outcome,
        () = stopped => Err(Failure::new("it was stopped")),
    };
    stage.clear(&progress).await;
    outcome
}

async fn set_up_and_ask(
    stage: &mut Stage,
    options: Options,
    progress: &Progress,
) -> Result<(), Failure> {
    let step = progress.noisy_step("Installing schemathesis, where it is missing");
    let programs = programs().await?;
    step.done();
    let system = stage.set_up(progress).await?;
    let step = progress.step("Signing up and in those who ask");
    let cookies = people::gather(&system).await?;
    step.done();
    tokio::select! {
        asked = ask(&system, &cookies, options, &programs) => asked,
        death = stage.death() => Err(death),
    }
}

async fn ask(
    system: &System,
    cookies: &Cookies,
    options: Options,
    programs: &Path,
) -> Result<(), Failure> {
    let base = |settings: &Environment, variable: &str| {
        settings.get(variable).cloned().could_not(&format!("find {variable}"))
    };
    let raptor = base(&system.settings.console, "RAPTOR_INTERNAL_URL")?;
    let console = base(&system.settings.raptor, "CONSOLE_INTERNAL_URL")?;
    let subjects = [
        Subject { name: "raptor-api", base: &raptor, cookie: &cookies.customer },
        Subject { name: "console", base: &console, cookie: &cookies.operator },
    ];
    let mut refused = Vec::new();
    for subject in subjects {
        let started = Instant::now();
        if !subject.conforms(system, options, programs).await? {
            refused.push(subject.name);
        }
        eprintln!("    {} in {:.1} s", subject.name, started.elapsed().as_secs_f32());
    }
    if refused.is_empty() {
        return Ok(());
    }
    let names = refused.join(" and ");
    Err(Failure::new(format!("{names}: document and service differ, as said above")))
}

impl Subject<'_> {
    /// Whether the document is one, and the service does what it says.
    async fn conforms(
        &self,
        system: &System,
        options: Options,
        programs: &Path,
    ) -> Result<bool, Failure> {
        let root = std::path::absolute(crate::workspace()).could_not("find the workspace")?;
        let document = root.join(format!("docs/api/{}.json", self.name));
        let mut validate = Command::new(programs.join("openapi-spec-validator"));
        if !succeeds(validate.args(["--schema", "3.1"]).arg(&document)).await? {
            return Ok(false);
        }
        let assets = root.join("crates/xtask/assets/conformance");
        let secret = |settings: &Environment, name: &str| settings.get(name).cloned();
        let internal = secret(&system.settings.raptor, "RAPTOR_INTERNAL_TOKEN");
        // What it keeps of a run would change the next one.
        let scratch = tempfile::tempdir().could_not("make a directory for the run")?;
        let mut ask = Command::new(programs.join("schemathesis"));
        ask.arg("--config-file")
            .arg(assets.join("schemathesis.toml"))
            .args(["run", "--url", self.base])
            .args(["--max-examples", &options.examples.to_string()])
            .arg(&document)
            .current_dir(&scratch)
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONPATH", &assets)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("CONFORMANCE_BASE", self.base)
            .env("CONFORMANCE_SERVICE", self.name)
            .env("CONFORMANCE_COOKIE", self.cookie)
            .env("CONFORMANCE_INTERNAL_TOKEN", internal.unwrap_or_default())
            .env("CONFORMANCE_METRICS_TOKEN", METRICS_TOKEN)
            .env("CONFORMANCE_WEBHOOK_SECRET", &system.settings.webhook.password);
        succeeds(&mut ask).await
    }
}

/// Runs a program with its output on the screen.
async fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let ended = command.stdin(Stdio::null()).kill_on_drop(true).status().await;
    Ok(ended.could_not(&format!("run {program}"))?.success())
}
