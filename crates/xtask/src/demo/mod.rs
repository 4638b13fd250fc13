//! `cargo xtask demo`: the whole system on a throw-away Postgres and Redis, filled with testers
//! in every state.
//!
//! Both services run as they are shipped, as programs with settings in their environment. The
//! demo knows them by their HTTP and their commands alone; the one thing that it does behind
//! their backs is in [`databases`].

mod binaries;
mod browser;
mod cast;
pub(crate) mod conformance;
mod databases;
mod device;
mod failure;
mod fill;
pub(crate) mod load;
mod logs;
pub(crate) mod mailbox;
mod operator;
mod pictures;
mod ports;
mod progress;
mod service;
mod settings;
mod smoke;
mod stage;
mod story;
mod tester;
mod verify;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use failure::{Context as _, Failure};
use progress::Progress;
use stage::Stage;

/// What can be asked of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Invite nobody.
    #[arg(long, conflicts_with = "check")]
    no_fill: bool,
    /// Check that everything is as it should be, then stop.
    #[arg(long)]
    check: bool,
    /// Take the pictures of the README, then stop.
    #[arg(long, conflicts_with_all = ["check", "no_fill"])]
    pictures: bool,
}

impl Options {
    /// As `--pictures` gives them.
    pub(crate) fn pictures() -> Self {
        Self { no_fill: false, check: false, pictures: true }
    }
}

/// Runs the demo until Ctrl-C, SIGTERM or the end of the terminal, which are its good ends, or
/// until something fails.
pub(crate) fn run(options: &Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime.could_not("start") {
        Ok(runtime) => runtime.block_on(perform(options)),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nThe demo cannot go on: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn perform(options: &Options) -> Result<(), Failure> {
    let progress = Progress::start();
    let mut stage = Stage::default();
    // Before anything is started, so that there is no moment in which a signal leaves it behind.
    let stopped = told_to_stop().could_not("listen to signals")?;
    let outcome = tokio::select! {
        outcome = set_up_and_tell(&mut stage, options, &progress) => outcome,
        () = stopped => Ok(()),
    };
    stage.clear(&progress).await;
    outcome
}

async fn set_up_and_tell(
    stage: &mut Stage,
    options: &Options,
    progress: &Progress,
) -> Result<(), Failure> {
    let system = stage.set_up(progress).await?;
    tokio::select! {
        told = story::tell(&system, options, progress) => told,
        death = stage.death() => Err(death),
    }
}

/// Listens from now on.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
