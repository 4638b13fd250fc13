//! `cargo xtask load`: more than the services can take, and whether they bear it.
//!
//! First a closed loop finds out how much that is: so many clients, each with its next request
//! as soon as the last is answered. Then an open loop offers a multiple of it: requests come by
//! the clock, whatever becomes of those before, as people do. We are a process of our own and
//! know the services by their HTTP; what they promised is looked up in their databases.

mod asks;
mod client;
mod loops;
mod memory;
mod people;
mod promises;
mod tally;
mod verdict;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::failure::{Context as _, Failure};
use super::progress::Progress;
use super::service::Environment;
use super::stage::{Stage, System};
use super::told_to_stop;
use asks::Mix;
use memory::Memory;
use tally::Tally;

/// What can be asked of the load.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long more than they can take is offered, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many times as much.
    #[arg(long, default_value_t = 4.0)]
    times: f64,
    /// How many clients look for what they can take.
    #[arg(long, default_value_t = 32)]
    clients: usize,
}

/// How long what they can take is looked for.
const MEASURED: Duration = Duration::from_secs(6);
/// How long a few clients ask at ease, before and after.
const AT_EASE: Duration = Duration::from_secs(3);
/// How many clients that are.
const FEW: usize = 2;

/// Runs it; the exit code says whether the services bore it.
pub(crate) fn run(options: &Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime.could_not("start") {
        Ok(runtime) => runtime.block_on(perform(options)),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nThe load was not borne: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn perform(options: &Options) -> Result<(), Failure> {
    let progress = Progress::start();
    // We are their router, which keeps its connections. All of the load comes from one address.
    let console = Environment::from([("TRUSTED_PROXY_HOPS", "1".to_owned())]);
    let mut raptor = console.clone();
    raptor.insert("PUBLIC_RATE_LIMIT", "0".to_owned());
    let mut stage = Stage::told(raptor, console);
    let stopped = told_to_stop().could_not("listen to signals")?;
    let outcome = tokio::select! {
        outcome = set_up_and_load(&mut stage, options, &progress) => outcome,
        () = stopped => Err(Failure::new("it was stopped")),
    };
    stage.clear(&progress).await;
    outcome
}

async fn set_up_and_load(
    stage: &mut Stage,
    options: &Options,
    progress: &Progress,
) -> Result<(), Failure> {
    let system = stage.set_up(progress).await?;
    let processes = stage.processes();
    tokio::select! {
        loaded = load(&system, options, progress, processes) => loaded,
        death = stage.death() => Err(death),
    }
}

async fn load(
    system: &System,
    options: &Options,
    progress: &Progress,
    processes: Vec<(&'static str, u32)>,
) -> Result<(), Failure> {
    let step = progress.step("Signing up those who will ask");
    let mix = Arc::new(Mix::new(people::gather(system).await?)?);
    step.done();

    let step = progress.step("Asking at ease");
    loops::closed(&mix, FEW, AT_EASE / 3).await;
    let ease = loops::closed(&mix, FEW, AT_EASE).await;
    step.done();

    let step = progress.step("Finding out how much they can take");
    let most = loops::closed(&mix, options.clients, MEASURED).await;
    let rate = most.rate() * options.times;
    step.done();

    let what = format!("Offering {rate:.0} a second, {} times as much", options.times);
    let step = progress.step(&what);
    let memory = Memory::watch(processes)?;
    let load = loops::open(&mix, rate, Duration::from_secs(options.seconds)).await;
    let memory = memory.end().await;
    step.done();

    let step = progress.step("Waiting until it is as it was");
    let recovery = loops::recovery(&mix, FEW, AT_EASE, &ease).await?;
    let lost = promises::lost(system, &mix).await?;
    step.done();

    let tallies = [("at ease", &ease), ("the most", &most), ("the load", &load)];
    for (name, tally) in tallies {
        tally::print(name, tally);
    }
    tally::print("afterwards", &recovery.tally);
    verdict::give(&[&ease, &most, &load, &recovery.tally], &recovery, &memory, &lost)
}

/// What one loop has seen, shared by its clients.
type Shared = Arc<std::sync::Mutex<Tally>>;
