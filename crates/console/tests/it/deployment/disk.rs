//! Neither service writes to a disk: a platform may take it away at any time. Linux tells what a
//! process has open.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use service_kit::settings::catalogue::check;
use test_support::postgres::TestDatabase;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::files::{SERVICES, described, program};

/// Where a program stands that was told where to write, if it had to.
fn command(program: &Path, what: &str, database: &str, folder: &Path) -> Command {
    let service = program.file_name().unwrap().to_str().unwrap();
    let mut given: BTreeMap<&str, &str> = check::required(described(service)).collect();
    given.extend([("DATABASE_URL", database), ("PORT", "0")]);
    let mut command = Command::new(program);
    command.arg(what).env_clear().envs(given);
    for variable in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(variable, folder);
    }
    command.current_dir(folder).kill_on_drop(true);
    command
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
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("\"listening\"") {
                break;
            }
        }
        let written = written(serving.id().unwrap());
        assert!(written.is_empty(), "{service}: {written:?}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "{service}");
        serving.kill().await.unwrap();
    }
}
