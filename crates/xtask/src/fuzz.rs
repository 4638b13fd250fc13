//! The fuzzer, built and run target by target.
//!
//! libFuzzer needs to see which branches an input takes. LLVM's own pass marks them, and the
//! flags that ask for it are stable; cargo-fuzz's sanitizers are not, and without `unsafe` code
//! of ours they would find little more.

mod log;
mod program;

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use log::Log;
use program::Program;

use crate::step::{Failure, announce};
use crate::workspace;

/// The most inputs that are kept of one target.
const MOST: usize = 60;

/// How long, and what.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// These targets; all where none is named.
    targets: Vec<String>,
    /// How long each of them runs.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Takes what was found into `fuzz/corpus`, as few inputs as reach the same branches.
    #[arg(long)]
    keep: bool,
    /// Feeds this file to the one target, and nothing else.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keep", "seconds"])]
    reproduce: Option<PathBuf>,
}

/// A target as the fuzzer lists it.
struct Target {
    name: String,
    longest: String,
}

/// Builds the fuzzer and runs it; every target, even after one has found something.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let program = Program::build()?;
    let targets = chosen(program.list()?, &options.targets)?;
    if let Some(file) = &options.reproduce {
        let [target] = targets.as_slice() else {
            return Err(Failure::Fuzz("--reproduce needs one target".to_owned()));
        };
        return program.reproduce(&target.name, file);
    }
    let mut broken = Vec::new();
    for target in &targets {
        announce(&format!("{} for {} s", target.name, options.seconds));
        if let Some(found) = feed(&program, target, options.seconds)? {
            broken.push(found);
        } else if options.keep {
            keep(&program, target)?;
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::Fuzz(broken.join("\n"))) }
}

fn chosen(all: Vec<Target>, names: &[String]) -> Result<Vec<Target>, Failure> {
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|t| t.name != **name)) {
        let known: Vec<_> = all.iter().map(|target| target.name.as_str()).collect();
        let known = known.join(", ");
        return Err(Failure::Fuzz(format!("there is no target {unknown}; there are {known}")));
    }
    Ok(all.into_iter().filter(|t| names.is_empty() || names.contains(&t.name)).collect())
}

/// Runs one target; says what was found, where something was, and how to see it again.
fn feed(program: &Program, target: &Target, seconds: u32) -> Result<Option<String>, Failure> {
    let name = target.name.as_str();
    let (grown, crashes) = (made("corpus", name)?, made("crashes", name)?);
    let log = Log::create(&made("logs", "")?.join(format!("{name}.log"))).map_err(io)?;
    let mut command = program.command(name);
    command
        .env("FUZZ_SEEDS", &grown)
        .args([&grown, &committed(name)])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", target.longest))
        // What was reserved and not touched is the allocator's to catch (fuzz/src/allocation.rs).
        .args(["-rss_limit_mb=1024", "-timeout=5", "-use_value_profile=1", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", crashes.display()));
    std::fs::create_dir_all(committed(name)).map_err(io)?;
    let status: ExitStatus = log.run(&mut command).map_err(io)?;
    eprintln!("    {}", log.summary());
    if status.success() {
        return Ok(None);
    }
    eprintln!("{}", log.end());
    Ok(Some(match log.kept() {
        Some(file) => format!("{name}: again with  cargo xtask fuzz {name} --reproduce {file}"),
        None => format!("{name}: {status}; see {}", log.path().display()),
    }))
}

/// Puts into `fuzz/corpus` few inputs that reach the branches which are reached by now.
fn keep(program: &Program, target: &Target) -> Result<(), Failure> {
    let name = target.name.as_str();
    let fresh = made("kept", name)?;
    std::fs::remove_dir_all(&fresh).map_err(io)?;
    std::fs::create_dir_all(&fresh).map_err(io)?;
    let log = Log::create(&made("logs", "")?.join(format!("{name}-kept.log"))).map_err(io)?;
    let mut command = program.command(name);
    command
        .args(["-set_cover_merge=1", "-use_counters=0", "-rss_limit_mb=1024"])
        .arg(format!("-max_len={}", target.longest))
        .args([fresh.clone(), committed(name), made("corpus", name)?]);
    let status = log.run(&mut command).map_err(io)?;
    if !status.success() {
        return Err(Failure::Fuzz(format!("{name}: {}", log.end())));
    }
    let directory = committed(name);
    for old in inputs(&directory)?.iter().filter(|old| !is_regression(old)) {
        std::fs::remove_file(old).map_err(io)?;
    }
    // The longest reach the most.
    let mut kept = inputs(&fresh)?;
    kept.sort_by_key(|file| std::cmp::Reverse(file.metadata().map_or(0, |file| file.len())));
    kept.truncate(MOST);
    for file in &kept {
        let to = directory.join(file.file_name().unwrap_or_default());
        std::fs::copy(file, to).map_err(io)?;
    }
    eprintln!("    {} inputs kept in fuzz/corpus/{name}", kept.len());
    Ok(())
}

fn inputs(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(directory).map_err(io)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(io)).collect()
}

/// Whether somebody put it there because it once broke a promise.
fn is_regression(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("regression-"))
}

fn committed(name: &str) -> PathBuf {
    workspace().join("fuzz/corpus").join(name)
}

/// A directory below `target/fuzz`, made where it is missing.
fn made(kind: &str, name: &str) -> Result<PathBuf, Failure> {
    let directory = Path::new(&workspace()).join("target/fuzz").join(kind).join(name);
    std::fs::create_dir_all(&directory).map_err(io)?;
    Ok(directory)
}

fn io(error: std::io::Error) -> Failure {
    Failure::Fuzz(error.to_string())
}
