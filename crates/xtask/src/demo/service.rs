//! A service as a child process that cannot outlive us.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};

use super::failure::{Context as _, Failure};

/// The service's parent. It passes on the signals that it reads, and SIGTERM when its standard
/// input ends, which is when we stop or cease to exist.
const WATCHDOG: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- &
service=$!
(
    while read -r signal <&3; do kill -s "$signal" "$service"; done
    kill -s TERM "$service"
) 2>/dev/null &
pipe=$!
exec 3<&-
wait "$service"
status=$?
kill "$pipe" 2>/dev/null
exit "$status"
"#;

/// A service ends within 27.5 s; see `service_kit::stop`.
const DRAINED_WITHIN: Duration = Duration::from_secs(30);

const READY_WITHIN: Duration = Duration::from_secs(60);

/// The variables of a service. It sees these and the search path alone, so that nothing in the
/// environment of whoever runs the demo changes it.
pub(super) type Environment = BTreeMap<&'static str, String>;

/// A running service.
#[derive(Debug)]
pub(super) struct Service {
    name: &'static str,
    watchdog: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
}

impl Service {
    /// Starts `program serve`, which logs to a file in `logs`. It is not ready yet when this
    /// returns.
    pub(super) fn start(
        name: &'static str,
        program: &Path,
        environment: &Environment,
        logs: &Path,
    ) -> Result<Self, Failure> {
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).could_not("make a log file")?;
        let file_too = file.try_clone().could_not("make a log file")?;
        let mut watchdog = command("sh".as_ref(), environment);
        watchdog.args(["-c", WATCHDOG, name]).arg(program).arg("serve");
        // A group of its own: Ctrl-C in a terminal goes to the whole group in front.
        watchdog.process_group(0).stdin(Stdio::piped()).stdout(file).stderr(file_too);
        let mut watchdog = watchdog.spawn().could_not(&format!("start {name}"))?;
        let pipe = watchdog.stdin.take();
        Ok(Self { name, watchdog, pipe, log })
    }

    /// Waits until `/readyz` at `origin` says so.
    pub(super) async fn wait_until_ready(&mut self, origin: &str) -> Result<(), Failure> {
        let asking = ask_until_ready(origin);
        tokio::select! {
            asked = asking => match asked? {
                true => Ok(()),
                false => Err(Failure::new(format!(
                    "{} was not ready after {} s. The end of its log:\n{}",
                    self.name,
                    READY_WITHIN.as_secs(),
                    tail(&self.log),
                ))),
            },
            death = self.death() => Err(death),
        }
    }

    /// Waits until the service ends by itself, which it should not.
    pub(super) async fn death(&mut self) -> Failure {
        let how = match self.watchdog.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        Failure::new(format!(
            "{} has ended by itself ({how}). The end of its log:\n{}",
            self.name,
            tail(&self.log),
        ))
    }

    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The process id of its parent, while that runs.
    pub(super) fn watchdog(&self) -> Option<u32> {
        self.watchdog.id()
    }

    /// SIGTERM, and SIGKILL to one that does not heed it.
    pub(super) async fn stop(mut self) {
        self.signal("TERM").await;
        if tokio::time::timeout(DRAINED_WITHIN, self.watchdog.wait()).await.is_err() {
            self.signal("KILL").await;
            let _ = self.watchdog.wait().await;
        }
    }

    async fn signal(&mut self, signal: &str) {
        if let Some(pipe) = &mut self.pipe {
            // An error says that the service has gone already.
            let _ = pipe.write_all(format!("{signal}\n").as_bytes()).await;
            let _ = pipe.flush().await;
        }
    }
}

/// Runs a command of a service to its end and returns what it printed.
pub(super) async fn run(
    program: &Path,
    arguments: &[&str],
    environment: &Environment,
) -> Result<String, Failure> {
    let output = command(program.as_os_str(), environment)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .could_not(&format!("run {}", program.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let command = arguments.join(" ");
    Err(Failure::new(format!("`{name} {command}` failed ({}):\n{}", output.status, said.trim())))
}

fn command(program: &OsStr, environment: &Environment) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// `Ok(false)` when the time is up.
async fn ask_until_ready(origin: &str) -> Result<bool, Failure> {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(5))
        .no_proxy()
        .build()
        .could_not("make an HTTP client")?;
    let url = format!("{origin}/readyz");
    let asking = async {
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    Ok(tokio::time::timeout(READY_WITHIN, asking).await.is_ok())
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    const LINES: usize = 8;
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().skip(lines.len().saturating_sub(LINES));
    last.map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
