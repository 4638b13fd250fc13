//! Schemathesis and what it needs, installed once under `target/`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::super::failure::{Context as _, Failure};

/// The exact versions; another text is another environment.
const REQUIREMENTS: &str = include_str!("../../../assets/conformance/requirements.txt");
/// The file that holds the text which an environment was made of.
const STAMP: &str = "requirements.txt";

/// Where the environment's programs are, after they were installed where they are missing.
pub(super) async fn ready(target: &Path) -> Result<PathBuf, Failure> {
    let home = target.join("conformance");
    let (programs, stamp) = (home.join("bin"), home.join(STAMP));
    if std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == REQUIREMENTS) {
        return Ok(programs);
    }
    // A half-made one, or one of other versions.
    if home.exists() {
        std::fs::remove_dir_all(&home).could_not("remove the old environment of Python")?;
    }
    let mut python = Command::new("python3");
    run(python.args(["-m", "venv"]).arg(&home), "bin/setup python installs what is missing")
        .await?;
    let wanted = home.join("wanted.txt");
    std::fs::write(&wanted, REQUIREMENTS).could_not("write the list of packages")?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted);
    run(&mut pip, "schemathesis comes from PyPI").await?;
    std::fs::rename(&wanted, &stamp).could_not("note what was installed")?;
    Ok(programs)
}

/// `hint` says what may help where it fails.
async fn run(command: &mut Command, hint: &str) -> Result<(), Failure> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let ended = command.stdin(Stdio::null()).kill_on_drop(true).status().await;
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("{program} failed ({status}); {hint}"))),
        Err(error) => Err(Failure::new(format!("could not run {program}: {error}; {hint}"))),
    }
}
