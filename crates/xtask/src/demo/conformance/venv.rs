//! Schemathesis and what it needs, installed once under `target/`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::super::failure::{Context as _, Failure};

/// What may be the name of a Python that is new enough, as in `bin/setup`.
const PYTHONS: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
/// Ends well where it is one, with what makes an environment.
const IS_NEW: &str = "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))";
/// The exact versions and hashes; another text is another environment.
const REQUIREMENTS: &str = include_str!("../../../assets/conformance/requirements.txt");
/// The file that holds the text which an environment was made of.
const STAMP: &str = "requirements.txt";

/// Where the environment's programs are, after they were installed where they are missing.
pub(super) async fn ready(target: &Path) -> Result<PathBuf, Failure> {
    let home = target.join("conformance");
    let (programs, stamp) = (home.join("bin"), home.join(STAMP));
    let own = programs.join("python");
    let made = std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == REQUIREMENTS);
    if made && ends_well(&own, "import schemathesis, openapi_spec_validator").await {
        return Ok(programs);
    }
    // A half-made one, one of other versions, or one whose Python has gone.
    if home.exists() {
        std::fs::remove_dir_all(&home).could_not("remove the old environment of Python")?;
    }
    let mut python = Command::new(find().await?);
    run(python.args(["-m", "venv"]).arg(&home), "bin/setup python installs what is missing")
        .await?;
    let wanted = home.join("wanted.txt");
    std::fs::write(&wanted, REQUIREMENTS).could_not("write the list of packages")?;
    let mut pip = Command::new(own);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(&wanted);
    run(&mut pip, "schemathesis comes from PyPI, once").await?;
    std::fs::rename(&wanted, &stamp).could_not("note what was installed")?;
    Ok(programs)
}

/// The first that will do.
async fn find() -> Result<&'static str, Failure> {
    for python in PYTHONS {
        if ends_well(Path::new(python), IS_NEW).await {
            return Ok(python);
        }
    }
    let names = PYTHONS.join(", ");
    Err(Failure::new(format!(
        "no Python 3.11 or newer with venv among {names}; bin/setup python installs it"
    )))
}

async fn ends_well(python: &Path, program: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", program]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
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
