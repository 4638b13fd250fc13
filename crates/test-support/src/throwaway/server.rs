//! A server as the child of a watchdog shell.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use super::account::command;
use super::{Directory, StartError};
use crate::wait;

/// The server's parent. It waits for the end of its standard input, which comes when we
/// close it or cease to exist, then stops the server and removes the directory. It does
/// not heed the signals that end a process group: it has to outlive us. A server that ends
/// by itself leaves its log until we go. A line on its standard input stops the server too;
/// where there is a file `again` then, it is started again after as many seconds as stand there.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
directory=$1 signal=$2
shift 2
exec 3<&0 </dev/null
start() {
    (exec "$@" 3<&- >>"$directory/log" 2>&1) &
    server=$!
    echo "$signal $server" >"$directory/stop.new"
    mv "$directory/stop.new" "$directory/stop"
}
stop() {
    read -r signal server <"$directory/stop"
    kill -s "$signal" "$server"
}
start "$@"
(
    while read -r _ <&3; do stop; done
    : >"$directory/closing"
    test -e "$directory/exited" || stop
) &
pipe=$!
exec 3<&-
while :; do
    wait "$server"
    status=$?
    test -e "$directory/again" || break
    sleep "$(cat "$directory/again")"
    rm "$directory/again"
    test -e "$directory/closing" && break
    start "$@"
    test -e "$directory/closing" && stop
done
echo "$status" >"$directory/exited"
wait "$pipe"
rm -rf "$directory"
"#;

/// How long a server may take to end and be started again, beside the pause.
const RESTARTED_WITHIN: Duration = Duration::from_secs(30);

/// How a server is told to end at once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StopSignal {
    /// Postgres' immediate shutdown.
    Quit,
    /// No farewell.
    Kill,
}

/// A program and its arguments.
pub(crate) struct Arguments {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
}

/// A running server; stopped, and its directory removed, on drop.
#[derive(Debug)]
pub(crate) struct Server {
    directory: Directory,
    watchdog: Child,
    pipe: Option<ChildStdin>,
}

impl Server {
    /// Starts the server in its directory. It is not ready yet when this returns.
    pub(crate) fn start(
        directory: Directory,
        server: &Arguments,
        signal: StopSignal,
    ) -> Result<Self, StartError> {
        let mut watchdog = command(Path::new("sh"), directory.account(), directory.path());
        watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(directory.path());
        watchdog.arg(match signal {
            StopSignal::Quit => "QUIT",
            StopSignal::Kill => "KILL",
        });
        watchdog.arg(&server.program).args(&server.arguments);
        // A group of its own: Ctrl-C in a terminal goes to the whole group in front.
        watchdog.process_group(0).stdin(Stdio::piped());
        watchdog.stdout(Stdio::null()).stderr(Stdio::null());
        let mut watchdog = watchdog.spawn().map_err(StartError::io("start a server"))?;
        let pipe = watchdog.stdin.take();
        Ok(Self { directory, watchdog, pipe })
    }

    /// Ends the server as its signal does and starts it again after `pause`, in the same directory.
    /// Returns when the new one has been started: [`Self::wait_until`] says when it is ready.
    pub(crate) fn restart(&self, pause: Duration) -> Result<(), StartError> {
        let path = self.directory.path();
        let old = std::fs::read_to_string(path.join("stop"));
        let old = old.map_err(StartError::io("read which server runs"))?;
        std::fs::write(path.join("again"), pause.as_secs_f64().to_string())
            .map_err(StartError::io("say that a server is to be started again"))?;
        let mut pipe = self.pipe.as_ref();
        let told = pipe.as_mut().map(|pipe| pipe.write_all(b"again\n"));
        told.transpose().map_err(StartError::io("stop a server"))?;
        let limit = pause + RESTARTED_WITHIN;
        let started = wait::blocking(limit, || {
            let new = std::fs::read_to_string(path.join("stop")).ok()?;
            (new != old).then_some(())
        });
        started.ok_or_else(|| StartError::NotReady {
            program: "a server that was stopped",
            seconds: limit.as_secs(),
            output: self.log(),
        })
    }

    /// The process id of the server that runs now.
    pub(crate) fn pid(&self) -> Option<u32> {
        let stop = std::fs::read_to_string(self.directory.path().join("stop")).ok()?;
        stop.trim().split_once(' ')?.1.parse().ok()
    }

    /// Where it lives.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Everything that the server has printed.
    pub(crate) fn whole_log(&self) -> String {
        let log = std::fs::read(self.directory.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until `ready` holds. `Ok(false)`: the server has ended by itself, and
    /// [`Self::log`] says why.
    pub(crate) fn wait_until(
        &self,
        program: &'static str,
        limit: Duration,
        ready: impl Fn() -> bool,
    ) -> Result<bool, StartError> {
        let exited = self.directory.path().join("exited");
        let outcome = wait::blocking(limit, || {
            if exited.exists() { Some(false) } else { ready().then_some(true) }
        });
        outcome.ok_or_else(|| StartError::NotReady {
            program,
            seconds: limit.as_secs(),
            output: self.log(),
        })
    }

    /// The end of what the server has printed.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read(self.directory.path().join("log")).unwrap_or_default();
        tail(&log)
    }
}

/// The last lines of an output.
pub(crate) fn tail(output: &[u8]) -> String {
    const LINES: usize = 20;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(LINES)).copied().collect::<Vec<_>>().join("\n")
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.watchdog.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn sleeper(directory: Directory) -> Server {
        let arguments =
            Arguments { program: PathBuf::from("sleep"), arguments: vec![OsString::from("600")] };
        Server::start(directory, &arguments, StopSignal::Kill).unwrap()
    }

    fn directory() -> Directory {
        let kind = format!("test-server-{}", uuid::Uuid::new_v4().simple());
        Directory::create(&kind, false).unwrap()
    }

    fn pid(directory: &Path) -> Option<String> {
        let stop = std::fs::read_to_string(directory.join("stop")).ok()?;
        Some(stop.strip_prefix("KILL ")?.strip_suffix('\n')?.to_owned())
    }

    fn alive(pid: &str) -> bool {
        Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn a_dropped_server_is_gone_with_its_directory() {
        let directory = directory();
        let path = directory.path().to_owned();
        let server = sleeper(directory);
        let pid = wait::blocking(Duration::from_secs(10), || pid(&path)).unwrap();
        assert!(alive(&pid));
        drop(server);
        assert!(!alive(&pid));
        assert!(!path.exists());
    }

    #[test]
    fn a_server_goes_when_the_pipe_closes_without_a_word_from_us() {
        let directory = directory();
        let path = directory.path().to_owned();
        let mut server = sleeper(directory);
        let pid = wait::blocking(Duration::from_secs(10), || pid(&path)).unwrap();
        // What the system does for a process that was killed.
        drop(server.pipe.take());
        let gone = wait::blocking(Duration::from_secs(10), || (!path.exists()).then_some(()));
        assert!(gone.is_some());
        assert!(!alive(&pid));
    }

    #[test]
    fn a_server_that_ends_by_itself_is_noticed_and_leaves_its_log() {
        let arguments = Arguments {
            program: PathBuf::from("sh"),
            arguments: vec![OsString::from("-c"), OsString::from("echo no port; exit 3")],
        };
        let server = Server::start(directory(), &arguments, StopSignal::Kill).unwrap();
        let ready = server.wait_until("sh", Duration::from_secs(10), || false).unwrap();
        assert!(!ready);
        assert_eq!(server.log(), "no port");
    }
}
