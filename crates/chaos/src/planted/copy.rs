//! A copy of the sources with the bugs in it, and its programs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use tokio::process::Command;

use super::patch::Patch;
use crate::failure::{Context as _, Failure};

/// Packages that are not copied: nothing that is built needs them.
const LEFT_OUT: [&str; 2] = ["crates/browser-tests", "crates/signup-smoke"];

/// Packages of which the manifest alone is copied. They are built with the services everywhere
/// else, and so decide which features the dependencies have; with others those would have to be
/// built anew.
const HOLLOW: [&str; 4] =
    ["crates/xtask", "crates/chaos", "crates/test-support", "crates/software-passkey"];

/// Plants the bugs, builds the copy, and gives the paths of `raptor-api` and `console`.
pub(super) async fn build(bugs: &[&str]) -> Result<[PathBuf; 2], Failure> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = target().unwrap_or_else(|| project.join("target"));
    let (copy, built) = (target.join("planted/src"), target.join("planted/target"));
    let mut files = collect(&project)?;
    for bug in bugs {
        plant(&project, bug, &mut files)?;
    }
    write(&copy, &files)?;
    for part in ["deps", "build", ".fingerprint"] {
        link(&target.join("debug").join(part), &built.join("debug").join(part));
    }
    eprintln!("Building both services with five planted bugs.");
    let started = Instant::now();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--bins", "--package", "xtask"])
        .args(["--package", "raptor-api", "--package", "console"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", std::path::absolute(&built).could_not("find the target")?)
        .env("CARGO_INCREMENTAL", "0")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .could_not("run cargo")?;
    if !status.success() {
        return Err(Failure::new(
            "the copy with the planted bugs does not compile: one of crates/chaos/planted/*.patch \
             is out of date",
        ));
    }
    eprintln!("Built in {:.1} s.", started.elapsed().as_secs_f32());
    Ok(["raptor-api", "console"].map(|program| built.join("debug").join(program)))
}

/// Where cargo builds, told by where we are ourselves; it can be anywhere.
fn target() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let debug = program.parent().filter(|directory| directory.join("deps").is_dir())?;
    debug.parent().map(Path::to_owned)
}

/// The files of the copy by their paths in it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn collect(project: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    for part in whole(project).could_not("list the sources")? {
        walk(project, &part, &mut files).could_not(&format!("read {}", part.display()))?;
    }
    let manifests = HOLLOW.map(|package| format!("{package}/Cargo.toml"));
    for file in ["Cargo.toml", "Cargo.lock"].into_iter().chain(manifests.iter().map(String::as_str))
    {
        let text = std::fs::read(project.join(file)).could_not(&format!("read {file}"))?;
        files.insert(file.into(), text);
    }
    for package in HOLLOW {
        let (file, text) = match package {
            "crates/xtask" => ("src/main.rs", "//! Hollow.\nfn main() {}\n"),
            _ => ("src/lib.rs", "//! Hollow.\n"),
        };
        files.insert(Path::new(package).join(file), text.into());
    }
    Ok(files)
}

/// The directories that are copied as they are: all other packages, the migrations, and the
/// documents that the Console shows.
fn whole(project: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut parts = vec![PathBuf::from("docs/api")];
    for entry in std::fs::read_dir(project.join("crates"))? {
        let part = Path::new("crates").join(entry?.file_name());
        let elsewhere = HOLLOW.iter().chain(&LEFT_OUT).any(|package| part == Path::new(package));
        if !elsewhere && project.join(&part).join("Cargo.toml").is_file() {
            parts.push(part);
        }
    }
    for entry in std::fs::read_dir(project)? {
        let name = entry?.file_name();
        if name.to_string_lossy().starts_with("migrations-") {
            parts.push(name.into());
        }
    }
    Ok(parts)
}

fn walk(project: &Path, part: &Path, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(project.join(part))? {
        let entry = entry?;
        let path = part.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            walk(project, &path, files)?;
        } else {
            files.insert(path.clone(), std::fs::read(project.join(&path))?);
        }
    }
    Ok(())
}

fn plant(project: &Path, bug: &str, files: &mut Files) -> Result<(), Failure> {
    let name = format!("crates/chaos/planted/{bug}.patch");
    let text = std::fs::read_to_string(project.join(&name)).could_not(&format!("read {name}"))?;
    let patch = Patch::parse(&text);
    for file in patch.files() {
        let old = files.get(Path::new(file)).and_then(|text| std::str::from_utf8(text).ok());
        let new = old.and_then(|old| patch.apply(file, old));
        let new = new.ok_or_else(|| {
            Failure::new(format!(
                "the planted bug {bug} does not fit {file} any more. Plant it anew: change {file}, \
                 write `git diff {file}` to {name}, and take the change back"
            ))
        })?;
        files.insert(file.into(), new.into_bytes());
    }
    Ok(())
}

/// Writes what has changed and removes what is no more, so that cargo builds only that.
fn write(copy: &Path, files: &Files) -> Result<(), Failure> {
    let mut there = Files::new();
    if copy.exists() {
        walk(copy, Path::new(""), &mut there).could_not("read the copy")?;
    }
    for path in there.keys().filter(|path| !files.contains_key(*path)) {
        std::fs::remove_file(copy.join(path)).could_not("clean the copy")?;
    }
    for (path, text) in files {
        // Cargo shortens the copy's lock file to the packages that are there.
        let is_lock = path == Path::new("Cargo.lock") && there.contains_key(path);
        if there.get(path) == Some(text) || is_lock {
            continue;
        }
        let path = copy.join(path);
        let made = path.parent().map(std::fs::create_dir_all);
        made.transpose().could_not("make the copy")?;
        std::fs::write(path, text).could_not("write the copy")?;
    }
    Ok(())
}

/// Best effort: a dependency that is not found is built anew.
fn link(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else { return };
    let _ = std::fs::create_dir_all(to);
    for entry in entries.flatten() {
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            link(&old, &new);
        } else if !new.exists() {
            let _ = std::fs::hard_link(&old, &new);
        }
    }
}
