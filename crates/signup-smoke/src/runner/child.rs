//! A child process with a time limit, that leaves no process of its own behind.

use std::io::ErrorKind;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How much of each stream is kept, in bytes. The rest is read and thrown away.
const MOST: usize = 256 * 1024;

/// How long a stream is read on after its process has ended, where something else holds it open.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What became of it.
pub(super) struct Finished {
    pub(super) end: End,
    /// Standard output, then standard error.
    pub(super) output: String,
}

/// How it ended.
pub(super) enum End {
    NotFound,
    NotStarted(String),
    Exited(i32),
    Killed,
    TimedOut,
}

/// Runs a program to its end, for `limit` at most. Where the caller stops waiting, it is killed.
pub(super) async fn run(words: &[String], limit: Duration) -> Finished {
    let mut child = match start(words) {
        Ok(child) => child,
        Err(error) => {
            let end = match error.kind() {
                ErrorKind::NotFound => End::NotFound,
                _ => End::NotStarted(error.to_string()),
            };
            return Finished { end, output: String::new() };
        }
    };
    let group = Group::of(&child);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ended = timeout(limit, to_the_end(&mut child, &mut out, &mut err)).await;
    let end = match ended {
        Ok(Ok(status)) => {
            group.let_go();
            status.code().map_or(End::Killed, End::Exited)
        }
        Ok(Err(error)) => End::NotStarted(error.to_string()),
        Err(_) => End::TimedOut,
    };
    if out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
    out.extend(err);
    Finished { end, output: String::from_utf8_lossy(&out).into_owned() }
}

/// In a process group of its own: Ctrl-C in a terminal goes to the whole group in front, and a
/// teardown must not be ended by it.
fn start(words: &[String]) -> std::io::Result<Child> {
    let (program, arguments) = words.split_first().ok_or(ErrorKind::NotFound)?;
    Command::new(program)
        .args(arguments)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

async fn to_the_end(
    child: &mut Child,
    out: &mut Vec<u8>,
    err: &mut Vec<u8>,
) -> std::io::Result<ExitStatus> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reading = async { tokio::join!(collect(stdout, out), collect(stderr, err)) };
    tokio::pin!(reading);
    tokio::select! {
        _ = &mut reading => child.wait().await,
        status = child.wait() => {
            let _ = timeout(AFTERWARDS, &mut reading).await;
            status
        }
    }
}

async fn collect(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    let mut chunk = [0; 8192];
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        let room = MOST.saturating_sub(kept.len()).min(read);
        kept.extend(chunk.iter().take(room));
    }
}

/// The process group of a child, killed on drop: the Heroku CLI is a script that starts others.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// It has ended by itself.
    fn let_go(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error says that nobody is left in it.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
