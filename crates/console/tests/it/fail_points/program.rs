//! The two programs as processes, with fail points armed or without.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use test_support::wait;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use crate::helpers::Client;

/// SIGABRT: nothing was unwound.
const ABORTED: i32 = 6;

/// A running service.
pub(super) struct Program {
    child: Child,
    pub client: Client,
}

impl Program {
    /// The Console.
    pub async fn console(variables: &BTreeMap<&'static str, String>, armed: &str) -> Self {
        Self::start(Path::new(env!("CARGO_BIN_EXE_console")), variables, armed).await
    }

    /// Raptor, as it is now.
    pub async fn raptor(variables: &BTreeMap<&'static str, String>, armed: &str) -> Self {
        static BUILT: OnceCell<[PathBuf; 1]> = OnceCell::const_new();
        let build = async || test_support::binaries::build(["raptor-api"], true).await.unwrap();
        let [path] = BUILT.get_or_init(build).await;
        Self::start(path, variables, armed).await
    }

    async fn start(path: &Path, variables: &BTreeMap<&'static str, String>, armed: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(path)
            .arg("serve")
            .env_clear()
            .envs(variables)
            .env("PORT", port.to_string())
            .env("FAIL_POINTS", armed)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let client = Client::new(port);
        wait::eventually("the program listens", || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        Self { child, client }
    }

    /// SIGKILL, which leaves it no time to clean up.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until it has died at its fail point.
    pub async fn died_at(mut self, point: &str) {
        let what = format!("the process dies at {point}");
        let status = wait::within(&what, self.child.wait()).await.unwrap();
        assert_eq!(status.signal(), Some(ABORTED), "{point}: {status}");
    }
}
