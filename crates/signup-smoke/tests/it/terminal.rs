//! At a terminal.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use test_support::wait::eventually;

use crate::helpers::{Command, Deployment, Smoke};

/// A terminal: what is written to it, and the end that a program gets.
fn terminal() -> (Arc<Mutex<String>>, File) {
    let ours: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap();
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(path.as_bytes()));
    let theirs = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let screen = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&screen);
    std::thread::spawn(move || {
        let (mut ours, mut bytes) = (File::from(ours), [0; 4096]);
        // An error says that the other end is closed.
        while let Ok(read @ 1..) = ours.read(&mut bytes) {
            shown.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    });
    (screen, theirs)
}

/// Runs a smoke at a terminal of that kind, with a first step that takes a while. `shown` says
/// when it has been shown for long enough.
async fn watch(kind: &'static str, shown: impl Fn(&str) -> bool) -> String {
    let deployment = Deployment::start().await;
    let held = deployment.runner.hold(Command::Mint);
    let (screen, theirs) = terminal();
    let mut smoke = Smoke::of(&deployment).with("TERM", kind).command();
    let mut running = smoke.stdout(theirs).spawn().unwrap();
    drop(smoke);
    held.arrived().await;
    eventually("it is shown", || async { shown(&screen.lock().unwrap()).then_some(()) }).await;
    drop(held);
    assert!(running.wait().await.unwrap().success());
    eventually("the end is shown", || async {
        screen.lock().unwrap().contains("recovery codes: ").then_some(())
    })
    .await;
    screen.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_step_shows_that_it_runs_and_the_line_is_emptied_after_it() {
    let screen = watch("xterm", |screen| screen.contains("  / running, ")).await;
    assert!(screen.contains("via raxx-api-prod...\r\n\r\u{1b}[2K  | running, 0 s"), "{screen:?}");
    assert!(screen.contains("\r\u{1b}[2K[step 1] OK  token="), "{screen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_cannot_write_over_a_line_gets_lines_alone() {
    let screen = watch("dumb", |screen| screen.contains("[step 1] minting ")).await;
    assert!(!screen.contains('\u{1b}') && !screen.contains("running, "), "{screen:?}");
}
