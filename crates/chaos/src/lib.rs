//! `cargo xtask chaos`: both services, two processes each, under a stream of invitations,
//! signups, sign-ins and resets, while processes are killed, servers restarted and connections
//! cut, slowed and garbled; and then the invariants of section 12 of the contracts, checked in SQL
//! over both databases and against every answer that somebody was given.
//!
//! What happens is drawn from a seed. [`planted`] is the test of the test: the same with five bugs,
//! each of which must be found.

mod checks;
mod client;
mod database;
mod dice;
mod failure;
mod faults;
mod load;
mod notes;
mod options;
pub mod planted;
mod recovery;
mod report;
mod run;
mod settle;
mod world;

use std::process::ExitCode;

pub use failure::Failure;
pub use notes::Violation;
pub use options::Options;
pub use report::Report;

use failure::Context as _;

/// Does what the options say and prints what came of it on standard error. Fails where an
/// invariant is broken, a planted bug was not found, or the run could not be made.
#[must_use]
pub fn main(options: &Options) -> ExitCode {
    let outcome = runtime().and_then(|runtime| runtime.block_on(perform(options)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("\nChaos cannot go on: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().could_not("start")
}

async fn perform(options: &Options) -> Result<bool, Failure> {
    if options.planted {
        return planted::run(options.seed()).await;
    }
    let report = chaos(options.seed(), options.time()).await?;
    eprintln!("{report}");
    Ok(report.is_good())
}

/// One run with everything in it, on services that are built first.
///
/// # Errors
///
/// Where it could not be carried out, which is no verdict.
pub async fn chaos(seed: u64, time: std::time::Duration) -> Result<Report, Failure> {
    let built = test_support::binaries::build(["raptor-api", "console"], true).await;
    let [raptor, console] = built.could_not("build the services")?;
    let programs = world::Programs { raptor, console, bug: None };
    eprintln!("Chaos with seed {seed} for {} s.", time.as_secs());
    run::run(&programs, &run::Plan::everything(seed, time)).await
}
