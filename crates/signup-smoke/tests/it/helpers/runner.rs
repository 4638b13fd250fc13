//! Where the smoke finds `heroku` and `raptor-api`: stand-ins in a directory of their own.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use test_support::wait::eventually;

/// A command of `raptor-api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Mint,
    Show,
    GhostCheck,
    Delete,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mint => "mint-bootstrap-token",
            Self::Show => "show-account",
            Self::GhostCheck => "ghost-check",
            Self::Delete => "delete-account",
        })
    }
}

/// The directory with both stand-ins.
pub struct Runner(TempDir);

impl Runner {
    /// `variables` are those of the deployment.
    pub fn create(raptor_api: &Path, variables: &[(&str, String)]) -> Self {
        let runner = Self(tempfile::tempdir().unwrap());
        runner.write("heroku", include_str!("../stand_ins/heroku.sh"));
        runner.write("raptor-api", include_str!("../stand_ins/raptor-api.sh"));
        let program = [("RAPTOR_API", raptor_api.display().to_string())];
        let lines = variables.iter().chain(&program);
        let lines: String =
            lines.map(|(name, value)| format!("export {name}='{value}'\n")).collect();
        runner.write("deployment.env", &lines);
        runner
    }

    pub fn directory(&self) -> &Path {
        self.0.path()
    }

    /// What the Heroku CLI was asked, a line each.
    pub fn asked(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.0.path().join("heroku.log"));
        log.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// The deployment has this variable from now on, as far as commands are concerned.
    pub fn set(&self, name: &str, value: &str) {
        let path = self.0.path().join("deployment.env");
        let lines = std::fs::read_to_string(&path).unwrap();
        self.write("deployment.env", &format!("{lines}export {name}='{value}'\n"));
    }

    /// There is no such program any more.
    pub fn remove(&self, program: &str) {
        std::fs::remove_file(self.0.path().join(program)).unwrap();
    }

    /// What happens before each `command` from now on, as a piece of shell.
    pub fn before(&self, command: Command, shell: &str) {
        self.write(&format!("before-{command}"), shell);
    }

    /// The next `command` waits before it is carried out.
    pub fn hold(&self, command: Command) -> HeldCommand {
        self.hold_nth(command, 1)
    }

    /// The `nth` of the coming ones does.
    pub fn hold_nth(&self, command: Command, nth: usize) -> HeldCommand {
        let gate = self.0.path().join(format!("gate-{command}"));
        let held = HeldCommand { arrived: gate.with_extension("arrived"), gate };
        std::fs::write(&held.gate, "").unwrap();
        let (gate, arrived) = (held.gate.display(), held.arrived.display());
        self.before(
            command,
            &format!(
                "echo >>'{gate}.count'\n\
                 if [ \"$(wc -l <'{gate}.count')\" -eq {nth} ]; then\n\
                 echo >'{arrived}'\n\
                 while [ -e '{gate}' ]; do sleep 0.02; done\nfi\n"
            ),
        );
        held
    }

    fn write(&self, name: &str, text: &str) {
        // Renamed into place: a script must not be open for writing while it is run.
        let (path, new) = (self.0.path().join(name), self.0.path().join(format!("{name}.new")));
        std::fs::write(&new, text).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(new, path).unwrap();
    }
}

/// A command that waits until this goes.
pub struct HeldCommand {
    gate: PathBuf,
    arrived: PathBuf,
}

impl HeldCommand {
    pub async fn arrived(&self) {
        eventually("a command arrives", || async { self.arrived.exists().then_some(()) }).await;
    }
}

impl Drop for HeldCommand {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.gate);
    }
}
