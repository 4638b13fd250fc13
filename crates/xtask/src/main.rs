//! The developers' commands: `cargo xtask --help`.

mod check;
mod demo;
mod deny;
mod docs;
mod edges;
mod fuzz;
mod pages;
mod schema;
mod step;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Commands for working on this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Formatting, clippy, documentation, the dependency rules and licences: all but the tests.
    Check,
    /// All of `check`, then all tests, on a throw-away Postgres and Redis.
    Test,
    /// The whole system on a throw-away Postgres and Redis, with testers in every state.
    Demo(demo::Options),
    /// The demo's mailbox by itself, in Postmark's place: for docker-compose.yml.
    Mailbox(demo::mailbox::alone::Options),
    /// More than the services can take, and whether they bear it, on throw-away servers. For
    /// figures that mean something: `cargo run --release --package xtask -- load`.
    Load(demo::load::Options),
    /// Both services under load while everything around them breaks; then the invariants.
    Chaos(chaos::Options),
    /// Whether both services do what their OpenAPI documents say, asked by schemathesis on
    /// throw-away servers.
    Conformance(demo::conformance::Options),
    /// Pictures of every page of both services, to look at, in `target/look`.
    Look(pages::Words),
    /// The pictures of the README, made anew in a demo.
    Pictures,
    /// Feeds the parsers whatever reaches new branches of them, for a while.
    Fuzz(fuzz::Options),
    /// Writes the services' schema.rs anew from the migrations.
    Schema,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check => check::check(),
        Command::Test => check::test(),
        Command::Demo(options) => return demo::run(&options),
        Command::Mailbox(options) => return demo::mailbox::alone::run(options),
        Command::Load(options) => return demo::load::run(&options),
        Command::Chaos(options) => return chaos::main(&options),
        Command::Conformance(options) => {
            demo::conformance::run(options).map_err(step::Failure::Conformance)
        }
        Command::Look(words) => pages::look(&words),
        Command::Pictures => return demo::run(&demo::Options::pictures()),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Schema => schema::write(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            failure.exit_code()
        }
    }
}

/// The directory of the workspace: as cargo says it now, else as it was when we were built.
fn workspace() -> PathBuf {
    let ours = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    ours.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR"))).join("../..")
}
