//! Running cargo, step by step, until something fails.

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;

use test_support::StartError;

/// Why a command of ours ended without success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A step's program said no; what it had to say is on the screen.
    #[error("{step}: {status}")]
    Step {
        /// What was run.
        step: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A program could not be started at all.
    #[error("cannot run {step}: {source}")]
    NotRun {
        /// What was to be run.
        step: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A dependency that must not be.
    #[error("the dependency rules are broken:\n{}", .0.join("\n"))]
    Edges(Vec<String>),
    /// A page that points at what is not there.
    #[error("the documentation names what is not there:\n{}", .0.join("\n"))]
    Docs(Vec<String>),
    /// There is no browser for the tests.
    #[error("there is no Chromium here. `bin/setup chromium` installs it")]
    NoChromium,
    /// A planted bug was not found, or something was without one; it is on the screen.
    #[error("chaos does not find what it should")]
    Planted,
    /// The planted bugs could not be looked for.
    #[error("the planted bugs: {0}")]
    Chaos(#[from] chaos::Failure),
    /// The throw-away servers did not start.
    #[error(transparent)]
    Server(#[from] StartError),
    /// A target of the fuzzer broke a promise, or could not be run.
    #[error("fuzz:\n{0}")]
    Fuzz(String),
    /// A service does something else than its OpenAPI document says; what is on the screen.
    #[error("conformance: {0}")]
    Conformance(String),
    /// The schema files could not be written.
    #[error("schema: {0}")]
    Schema(String),
}

impl Failure {
    /// The failed program's own exit code, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Step { status, .. } => status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .map_or(ExitCode::FAILURE, ExitCode::from),
            _ => ExitCode::FAILURE,
        }
    }
}

/// `cargo` with those arguments, in the workspace. It is the one that runs us, so that a
/// chosen toolchain stays chosen.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(crate::workspace());
    // A test run builds everything once: what incremental builds keep only fills the disk.
    if std::env::var_os("CARGO_INCREMENTAL").is_none() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// Announces a step, runs it with its output on the screen, and says how long it took.
pub(crate) fn run(step: &str, command: &mut Command) -> Result<(), Failure> {
    announce(step);
    let started = Instant::now();
    let status =
        command.status().map_err(|source| Failure::NotRun { step: step.to_owned(), source })?;
    if !status.success() {
        return Err(Failure::Step { step: step.to_owned(), status });
    }
    done(started);
    Ok(())
}

/// Says which step runs now.
pub(crate) fn announce(step: &str) {
    eprintln!("\n=== {step}");
}

/// Says that it is over.
pub(crate) fn done(started: Instant) {
    eprintln!("    done in {:.1} s", started.elapsed().as_secs_f32());
}
