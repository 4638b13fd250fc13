//! Every command with which one of our services is started, wherever it stands, is one that its
//! program knows.

use std::collections::BTreeSet;

use tokio::process::Command;

use super::compose;
use super::dockerfile::stages;
use super::files::{SERVICES, program, read};

/// The lines of a service's Procfile: kind of process and command.
fn procfile(service: &str) -> Vec<(String, String)> {
    let text = read(&format!("deploy/{service}/Procfile"));
    let lines = text.lines().map(|line| line.split_once(": ").unwrap());
    lines.map(|(kind, command)| (kind.to_owned(), command.to_owned())).collect()
}

#[test]
fn a_release_migrates_and_web_serves() {
    for service in SERVICES {
        let wanted = [("release", "migrate"), ("web", "serve")];
        let wanted = wanted.map(|(kind, what)| (kind.to_owned(), format!("{service} {what}")));
        assert_eq!(procfile(service), wanted);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_is_known_to_its_program() {
    let mut commands: BTreeSet<Vec<String>> = BTreeSet::new();
    for service in SERVICES {
        let lines = procfile(service).into_iter();
        commands.extend(lines.map(|(_, line)| line.split(' ').map(str::to_owned).collect()));
    }
    for stage in stages() {
        commands.extend(["CMD", "HEALTHCHECK"].iter().filter_map(|it| stage.command(it)));
    }
    commands.extend(compose::services().values().filter_map(compose::command));
    let ours: Vec<Vec<String>> =
        commands.into_iter().filter(|it| SERVICES.contains(&it[0].as_str())).collect();
    assert!(ours.len() >= 6, "{ours:?}");
    for command in ours {
        let mut asked = Command::new(program(&command[0]).await);
        let output = asked.args(&command[1..]).arg("--help").env_clear().output().await.unwrap();
        assert!(output.status.success(), "{command:?}: {output:?}");
    }
}
