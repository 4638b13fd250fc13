//! `deny.toml`: which licences, crates and registries may come into the tree. Asked of cargo-deny,
//! which is installed below `target` where there is none on the PATH.
//!
//! Security advisories are left out: they need the network, and a new one must not break a build
//! that was good the day before. `cargo deny check advisories` asks for them.

use std::process::{Command, Stdio};

use crate::step::{Failure, cargo, run};
use crate::workspace;

/// What is installed where there is none.
const VERSION: &str = "0.20.2";

/// Looks at every crate of `Cargo.lock`, for all platforms.
pub(crate) fn check() -> Result<(), Failure> {
    let mut deny = match on_path() {
        true => cargo(&["deny"]),
        false => installed()?,
    };
    // Without warnings: they are about crates that are there twice, and fill the screen.
    deny.args(["--locked", "--log-level", "error", "check", "licenses", "bans", "sources"]);
    run("cargo deny check licenses bans sources", &mut deny)
}

fn on_path() -> bool {
    let mut ask = cargo(&["deny", "--version"]);
    let asked = ask.stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Ours, built where it is missing: without optimisation, which takes a minute of two cores, and
/// for one look at some hundred crates is quick enough.
fn installed() -> Result<Command, Failure> {
    let root = workspace().join("target/tools").join(format!("cargo-deny-{VERSION}"));
    let program = root.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let mut install = cargo(&["install", "--quiet", "--locked", "--debug", "cargo-deny"]);
        install.args(["--version", VERSION, "--root"]).arg(root);
        install.env("CARGO_PROFILE_DEV_DEBUG", "false");
        run(&format!("cargo install cargo-deny {VERSION}, into target/tools"), &mut install)?;
    }
    let mut command = Command::new(program);
    command.current_dir(workspace());
    Ok(command)
}
