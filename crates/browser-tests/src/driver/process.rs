//! Chromium as a child that cannot outlive us.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use test_support::chromium;

/// The browser's parent. It hands its own standard input and output on as the descriptors 3 and
/// 4, where `--remote-debugging-pipe` expects them. The browser ends when the first of them
/// closes, which happens when we cease to exist, however that comes; then the profile goes. The
/// shell does not heed the signals that end a process group: it has to outlive us.
const PARENT: &str = r#"
trap '' HUP INT TERM
directory=$1
shift
"$@" 3<&0 4>&1 </dev/null >"$directory/log" 2>&1
rm -rf "$directory"
"#;

/// Without the services of a browser that somebody uses: nothing is fetched, updated or asked.
const SWITCHES: [&str; 19] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-search-engine-choice-screen",
    // A tab that is not in front goes on as one that is.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication",
    "--password-store=basic",
    "--use-mock-keychain",
];

/// A running Chromium.
#[derive(Debug)]
pub(super) struct Process {
    /// What is written here, the browser reads.
    pub(super) commands: ChildStdin,
    /// What the browser says.
    pub(super) messages: ChildStdout,
    /// Waited for by nobody: it ends after us.
    _parent: Child,
}

/// Starts it with an empty profile.
pub(super) fn start() -> Process {
    let Some(program) = chromium::find() else {
        panic!(
            "there is no Chromium here. `bin/setup chromium` installs it \
             (apt-get install chromium, brew install --cask chromium)"
        );
    };
    let directory = tempfile::Builder::new().prefix("raxx-browser-").tempdir();
    // The shell removes it.
    let directory = directory.expect("a directory for the browser's profile").keep();
    let mut shell = Command::new("sh");
    shell.args(["-c", PARENT, "browser"]).arg(&directory).arg(program).args(SWITCHES);
    shell.arg(format!("--user-data-dir={}", directory.join("profile").display()));
    if is_root(&directory) {
        // Its sandbox refuses root.
        shell.arg("--no-sandbox");
    }
    shell.arg("about:blank");
    shell.env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("HOME", &directory);
    if let Some(path) = std::env::var_os("PATH") {
        shell.env("PATH", path);
    }
    // A group of its own: Ctrl-C in a terminal goes to the whole group in front.
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut parent = shell.spawn().expect("a shell");
    let commands = parent.stdin.take().expect("the browser's input is a pipe");
    let messages = parent.stdout.take().expect("the browser's output is a pipe");
    Process { commands, messages, _parent: parent }
}

/// What we make belongs to whom we are.
fn is_root(ours: &Path) -> bool {
    ours.metadata().is_ok_and(|metadata| metadata.uid() == 0)
}
