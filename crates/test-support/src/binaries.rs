//! Programs of the workspace, built by cargo: for whoever runs them as they are shipped and is no
//! test of their own package.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// Why there are no programs.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo could not be run, or read.
    #[error("could not run cargo: {0}")]
    Cargo(#[from] std::io::Error),
    /// They do not compile.
    #[error("cargo says why above")]
    Failed,
    /// They compile, but there is no such program.
    #[error("there is no program {0}")]
    NoSuchProgram(&'static str),
}

/// Builds the programs of those packages, each named as its package is, and gives their paths in
/// the same order. Where they are cargo says itself, since a target directory can be anywhere.
/// Its progress goes to standard error, unless it is to be `quiet`.
///
/// # Errors
///
/// [`BuildError`].
pub async fn build<const N: usize>(
    packages: [&'static str; N],
    quiet: bool,
) -> Result<[PathBuf; N], BuildError> {
    let mut command = Command::new(cargo());
    // With the developers' commands, so that the dependencies get the features that they have
    // already.
    command.args(["build", "--package", "xtask", "--bins"]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    command.args(["--message-format", "json-render-diagnostics"]);
    // As we were built ourselves.
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    if quiet {
        command.arg("--quiet");
    }
    command.current_dir(workspace()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut cargo = command.kill_on_drop(true).spawn()?;
    let mut programs = BTreeMap::new();
    if let Some(messages) = cargo.stdout.take() {
        let mut lines = BufReader::new(messages).lines();
        while let Some(line) = lines.next_line().await? {
            programs.extend(program(&line));
        }
    }
    if !cargo.wait().await?.success() {
        return Err(BuildError::Failed);
    }
    let mut paths = packages.map(|_| PathBuf::new());
    for (path, name) in paths.iter_mut().zip(packages) {
        *path = programs.remove(name).ok_or(BuildError::NoSuchProgram(name))?;
    }
    Ok(paths)
}

/// The cargo that runs us, so that a chosen toolchain stays chosen.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// As cargo says it now, else as it was when we were built: all packages are two levels down.
fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.as_deref().unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR"))).join("../..")
}

/// The program that a message of cargo's speaks of, if it does.
fn program(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let name = message.pointer("/target/name")?.as_str()?;
    let path = message.get("executable")?.as_str()?;
    Some((name.to_owned(), path.into()))
}
