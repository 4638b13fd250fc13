//! A process of a service: started, killed, stopped and started again, and never left behind.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};

use crate::failure::{Context as _, Failure};

/// The service's parent. It passes on the signals that it reads, and kills when its standard
/// input ends, which is when we stop or cease to exist.
const WATCHDOG: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- &
service=$!
(
    while read -r signal <&3; do kill -s "$signal" "$service"; done
    kill -s KILL "$service"
) 2>/dev/null &
pipe=$!
exec 3<&-
wait "$service"
status=$?
kill "$pipe" 2>/dev/null
exit "$status"
"#;

/// The variables of a service. It sees these and the search path alone.
pub(crate) type Environment = BTreeMap<&'static str, String>;

/// One process, which may be down for a while.
#[derive(Debug)]
pub(crate) struct Process {
    /// `raptor-1`; its connections to Postgres are called so too, with the number of the start.
    pub(crate) name: String,
    program: PathBuf,
    environment: Environment,
    /// Where it logs to, whatever the number of its start.
    pub(crate) log: PathBuf,
    starts: u32,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    watchdog: Child,
    pipe: Option<ChildStdin>,
}

impl Process {
    /// Describes it; nothing is started.
    pub(crate) fn new(name: String, program: &Path, environment: Environment, logs: &Path) -> Self {
        let log = logs.join(format!("{name}.log"));
        Self { name, program: program.to_owned(), environment, log, starts: 0, running: None }
    }

    /// Starts it. It is not ready yet when this returns.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        self.starts += 1;
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.could_not("open a log file")?;
        let log_too = log.try_clone().could_not("open a log file")?;
        let mut environment = self.environment.clone();
        if let Some(url) = environment.get_mut("DATABASE_URL") {
            url.push_str(&format!("?application_name={}", self.session()));
        }
        let mut watchdog = command("sh".as_ref(), &environment);
        watchdog.args(["-c", WATCHDOG, &self.name]).arg(&self.program).arg("serve");
        // A group of its own: Ctrl-C in a terminal goes to the whole group in front.
        watchdog.process_group(0).stdin(Stdio::piped()).stdout(log).stderr(log_too);
        let mut watchdog = watchdog.spawn().could_not(&format!("start {}", self.name))?;
        let pipe = watchdog.stdin.take();
        self.running = Some(Running { watchdog, pipe });
        Ok(())
    }

    /// What its connections to Postgres are called.
    pub(crate) fn session(&self) -> String {
        format!("{}.{}", self.name, self.starts)
    }

    /// Sends a signal, where it runs.
    pub(crate) async fn signal(&mut self, signal: &str) {
        let pipe = self.running.as_mut().and_then(|running| running.pipe.as_mut());
        if let Some(pipe) = pipe {
            // An error says that it has gone already.
            let _ = pipe.write_all(format!("{signal}\n").as_bytes()).await;
            let _ = pipe.flush().await;
        }
    }

    /// Waits for its end, for `limit` at most; `None` where it does not come, or it is down.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        let running = self.running.as_mut()?;
        let status = tokio::time::timeout(limit, running.watchdog.wait()).await.ok()?.ok()?;
        self.running = None;
        Some(status)
    }

    /// How it ended, if it did so by itself.
    pub(crate) fn died(&mut self) -> Option<ExitStatus> {
        self.running.as_mut()?.watchdog.try_wait().ok().flatten()
    }
}

/// Runs a command of a service to its end and returns what it printed.
pub(crate) async fn run(
    program: &Path,
    arguments: &[&str],
    environment: &Environment,
) -> Result<String, Failure> {
    let mut command = command(program, environment);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.could_not(&format!("run {}", program.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let command = arguments.join(" ");
    Err(Failure::new(format!("`{command}` failed ({}):\n{}", output.status, said.trim())))
}

fn command(program: &Path, environment: &Environment) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}
