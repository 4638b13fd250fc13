//! The program itself, in an environment of its own.

use std::collections::BTreeMap;
use std::process::Stdio;

use test_support::wait;
use tokio::process::{Child, Command};

/// What a command left behind.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program with these variables and no others. It is killed when its handle goes.
pub fn start(arguments: &[&str], variables: &BTreeMap<&'static str, String>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_console"))
        .args(arguments)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// The same, to its end.
pub async fn run(arguments: &[&str], variables: &BTreeMap<&'static str, String>) -> Ended {
    end(start(arguments, variables)).await
}

/// Waits for its end.
pub async fn end(program: Child) -> Ended {
    let output = wait::within("the program ends", program.wait_with_output()).await.unwrap();
    Ended {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
