//! The two services as they are shipped: built by cargo, run as programs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::failure::{Context as _, Failure};

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) raptor: PathBuf,
    pub(super) console: PathBuf,
}

/// Builds both. Cargo's progress goes to the screen; where the programs are it says itself,
/// since a target directory can be anywhere.
pub(super) async fn build() -> Result<Binaries, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut cargo = Command::new(cargo)
        // With ourselves, so that the dependencies get the features that they have already.
        .args(["build", "--package", "xtask", "--package", "raptor-api", "--package", "console"])
        .args(["--bins", "--message-format", "json-render-diagnostics"])
        .current_dir(crate::workspace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .could_not("run cargo")?;
    let mut programs = BTreeMap::new();
    if let Some(messages) = cargo.stdout.take() {
        let mut lines = BufReader::new(messages).lines();
        while let Some(line) = lines.next_line().await.could_not("read what cargo says")? {
            programs.extend(program(&line));
        }
    }
    let status = cargo.wait().await.could_not("run cargo")?;
    if !status.success() {
        return Err(Failure::new("could not build the services; cargo says why above"));
    }
    let mut take = |name: &str| programs.remove(name).could_not(&format!("find the built {name}"));
    Ok(Binaries { raptor: take("raptor-api")?, console: take("console")? })
}

/// The program that a message of cargo's speaks of, if it does.
fn program(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let name = message.pointer("/target/name")?.as_str()?;
    let path = message.get("executable")?.as_str()?;
    Some((name.to_owned(), path.into()))
}
