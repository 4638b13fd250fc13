//! Neither service writes to a disk: a platform may take it away at any time. Linux kills a process
//! that writes to a file more than it is allowed to, and tells what a process has open.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use service_kit::settings::catalogue::check;
use test_support::postgres::TestDatabase;
use test_support::wait;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::files::{SERVICES, described, program};
use crate::helpers::Client;

/// What Linux sends to a process whose file grows too large (signal(7)).
const SIGXFSZ: i32 = 25;

/// A command that is killed by the first byte which it writes to a file; pipes and connections are
/// none. It stands in a folder and was told to write there, if it had to.
fn without_files(program: &Path, folder: &Path) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-euc", "ulimit -f 0; exec \"$0\" \"$@\""]).arg(program).env_clear();
    for variable in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        shell.env(variable, folder);
    }
    shell.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    shell
}

/// One of our programs in that way.
fn command(program: &Path, what: &str, database: &str, folder: &Path) -> Command {
    let service = program.file_name().unwrap().to_str().unwrap();
    let mut given: BTreeMap<&str, &str> = check::required(described(service)).collect();
    given.extend([("DATABASE_URL", database), ("PORT", "0")]);
    let mut command = without_files(program, folder);
    command.arg(what).envs(given);
    command
}

/// Requests that read, that are refused and that store something in the database.
async fn ask(service: &str, client: &Client) {
    let (pages, begin): (&[(&str, u16)], _) = match service {
        "raptor-api" => (
            &[("/", 200), ("/assets/style.css", 200), ("/signup?token=nonsense", 400)],
            "/api/auth/login/begin",
        ),
        _ => (
            &[("/", 303), ("/console/login", 200), ("/console/api-docs", 303)],
            "/console/login/begin",
        ),
    };
    for (page, status) in pages.iter().chain(&[("/readyz", 200), ("/metrics", 200)]) {
        let reply = client.page(page).await;
        assert_eq!(reply.status, *status, "{service}: {page}: {reply:?}");
    }
    let reply = client.post(begin, &json!({})).await;
    assert_eq!(reply.status, 200, "{service}: {begin}: {reply:?}");
}

/// The files that a process has open to write to them.
fn written(process: u32) -> Vec<PathBuf> {
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let numbers = descriptors.map(|it| it.unwrap().file_name().into_string().unwrap());
    let open = numbers.filter_map(|number| {
        let info = std::fs::read_to_string(format!("/proc/{process}/fdinfo/{number}")).ok()?;
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?.trim();
        let for_writing = u32::from_str_radix(flags, 8).unwrap() & 0o3 != 0;
        let path = std::fs::read_link(format!("/proc/{process}/fd/{number}")).ok()?;
        (for_writing && path.is_file()).then_some(path)
    });
    open.collect()
}

#[test]
fn a_file_that_is_open_to_be_written_to_is_seen() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(written(std::process::id()).iter().any(|path| path == file.path()));
}

#[tokio::test]
async fn a_program_that_writes_a_file_and_closes_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writing = without_files(Path::new("/bin/sh"), folder.path());
    let status = writing.args(["-c", "echo something > file"]).status().await.unwrap();
    assert_eq!(status.signal(), Some(SIGXFSZ), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_migrate_nor_serve_writes_to_the_disk() {
    for service in SERVICES {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::create_empty().await;
        let (program, url) = (program(service).await, database.url());
        let migrated = command(&program, "migrate", &url, folder.path()).output().await.unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        let mut serving = command(&program, "serve", &url, folder.path());
        let mut serving = serving.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("it listens");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["message"] == "listening" {
                break line["port"].as_u64().unwrap();
            }
        };
        ask(service, &Client::new(port.try_into().unwrap())).await;
        let written = written(serving.id().unwrap());
        assert!(written.is_empty(), "{service}: {written:?}");
        let id = serving.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap().success());
        let status = wait::within("the service ends", serving.wait()).await.unwrap();
        assert!(status.success(), "{service}: {status}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "{service}");
    }
}
