//! The fuzzer's program: how it is built, and how it is asked.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Target;
use crate::step::{Failure, cargo, run};
use crate::workspace;

/// What makes libFuzzer see the branches and comparisons of every crate: LLVM's coverage pass
/// with a counter for each edge, a table of their places, and a call for each comparison.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The program, built.
pub(super) struct Program(PathBuf);

impl Program {
    /// Builds it, into a target directory of its own because of the flags.
    pub(super) fn build() -> Result<Self, Failure> {
        let host = host()?;
        let directory = workspace().join("target/fuzz");
        same_versions()?;
        let mut build = cargo(&["build", "--profile", "fuzz", "--target", &host]);
        build
            .current_dir(workspace().join("fuzz"))
            .env("RUSTFLAGS", FLAGS)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .arg("--target-dir")
            .arg(&directory);
        // With `--target` the flags go to the program alone, not to build scripts and macros.
        run("the fuzzer (the first time takes minutes, and a C++ compiler)", &mut build)?;
        Ok(Self(directory.join(host).join("fuzz/fuzz")))
    }

    /// Every target.
    pub(super) fn list(&self) -> Result<Vec<Target>, Failure> {
        let output = Command::new(&self.0).env_remove("FUZZ_TARGET").output();
        let output = output.map_err(|error| Failure::Fuzz(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs
            .map(|(name, longest)| Target { name: name.to_owned(), longest: longest.to_owned() })
            .collect())
    }

    /// The program, ready for the arguments of a run with one target.
    pub(super) fn command(&self, target: &str) -> Command {
        let mut command = Command::new(&self.0);
        command.env("FUZZ_TARGET", target).env("RUST_BACKTRACE", "1");
        command
    }

    /// Feeds one file, with all that is said about it on the screen.
    pub(super) fn reproduce(&self, target: &str, file: &Path) -> Result<(), Failure> {
        let mut command = self.command(target);
        command.arg(file).args(["-rss_limit_mb=1024", "-timeout=5"]);
        run(&format!("{target} with {}", file.display()), &mut command)
    }
}

/// Gives the fuzzer the versions that the services are built with: it is fed what they run. The
/// copy is made where it is missing or older; cargo adds libFuzzer to it.
fn same_versions() -> Result<(), Failure> {
    let (ours, copy) = (workspace().join("Cargo.lock"), workspace().join("fuzz/Cargo.lock"));
    let age = |file: &Path| file.metadata().and_then(|file| file.modified()).ok();
    if age(&copy) < age(&ours) {
        let copied = std::fs::copy(&ours, &copy);
        copied.map_err(|error| Failure::Fuzz(format!("fuzz/Cargo.lock: {error}")))?;
    }
    Ok(())
}

/// The name of this machine's kind, as the compiler says it.
fn host() -> Result<String, Failure> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("-vV").output();
    let output = output.map_err(|error| Failure::Fuzz(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::Fuzz("rustc names no host".to_owned()))
}
