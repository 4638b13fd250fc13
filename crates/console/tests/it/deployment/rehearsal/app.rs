//! One app: its folder with the copied example, its Procfile, its database.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tempfile::TempDir;
use test_support::wait;
use tokio::process::{Child, Command};

use super::super::files::{program, read};
use crate::helpers::Client;

/// An app of a platform as Heroku is one.
pub(super) struct App {
    name: &'static str,
    folder: TempDir,
    path: String,
    /// The superuser's way into its database, in the clear.
    pub(super) database: String,
    pub(super) port: u16,
    running: Option<(Child, Client)>,
}

impl App {
    /// With `env.example` copied to `.env`.
    pub(super) async fn new(name: &'static str, database: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), read(&format!("deploy/{name}/env.example")))
            .unwrap();
        let programs = program(name).await;
        let path = format!("{}:/usr/bin:/bin", programs.parent().unwrap().display());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { name, folder, path, database, port, running: None }
    }

    /// Where it is reached by its neighbours.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whoever opens its pages.
    pub(super) fn client(&self) -> &Client {
        &self.running.as_ref().unwrap().1
    }

    /// Writes further lines into the copy, after all others.
    pub(super) fn set(&self, given: &[(&str, &str)]) {
        let file = self.folder.path().join(".env");
        let mut text = std::fs::read_to_string(&file).unwrap();
        for (name, value) in given {
            text.push_str(&format!("{name}='{value}'\n"));
        }
        std::fs::write(file, text).unwrap();
    }

    /// The line of a process in its Procfile.
    fn line(&self, process: &str) -> String {
        let file = read(&format!("deploy/{}/Procfile", self.name));
        let line = file.lines().find_map(|line| line.strip_prefix(&format!("{process}: ")));
        line.unwrap_or_else(|| panic!("no {process} in {file}")).to_owned()
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new(Path::new("/bin/sh"));
        shell.args(["-euc", &format!("set -a; . ./.env; set +a; exec {line}")]);
        shell.env_clear().env("PATH", &self.path).env("PORT", self.port.to_string());
        shell.current_dir(self.folder.path()).stdin(Stdio::null()).kill_on_drop(true);
        shell
    }

    /// Runs a command to its end; what it printed.
    pub(super) async fn run(&self, line: &str) -> String {
        let output = wait::within(line, self.shell(line).output()).await.unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The release phase, then the web process, until it is ready.
    pub(super) async fn start(&mut self) {
        self.run(&self.line("release")).await;
        let mut web = self.shell(&self.line("web"));
        let child = web.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let client = Client::new(self.port);
        self.running = Some((child, client));
    }

    /// Waits until it says that it is ready.
    pub(super) async fn ready(&self) {
        wait::eventually("the app is ready", || async {
            let answer = self.client().try_send(crate::helpers::Ask::get("/readyz")).await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// SIGTERM, as a platform sends it; it ends well.
    pub(super) async fn stop(&mut self) {
        let (mut child, _) = self.running.take().unwrap();
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap().success());
        let status = wait::within("the app ends", child.wait()).await.unwrap();
        assert!(status.success(), "{}: {status}", self.name);
    }

    /// Runs statements as its database's superuser.
    pub(super) async fn sql(&self, statements: &str) {
        let mut connection = AsyncPgConnection::establish(&self.database).await.unwrap();
        connection.batch_execute(statements).await.unwrap();
    }

    /// Asks the server whether each connection of the service to its database is encrypted, and
    /// whether there is one.
    pub(super) async fn assert_every_connection_is_encrypted(&self) {
        self.sql(&format!(
            "DO $$ BEGIN ASSERT (SELECT count(*) > 0 AND bool_and(ssl) \
             FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE usename = '{}'); END $$",
            self.name
        ))
        .await;
    }
}
