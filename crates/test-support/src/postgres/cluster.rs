//! A Postgres server that is gone when its handle is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::throwaway::{
    Arguments, Directory, Server, StartError, StopSignal, command, free_port, tail,
};
use crate::tls::Certificate;

use super::programs;

const READY_WITHIN: Duration = Duration::from_secs(60);

/// What may differ between one cluster and another.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many connections it takes.
    pub max_connections: u16,
    /// Further settings (`name`, `value`) of `postgresql.conf`; they win over ours.
    pub settings: Vec<(String, String)>,
    /// What it shows to whoever asks for TLS; without it there is none.
    pub certificate: Option<Certificate>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_connections: 400, settings: Vec::new(), certificate: None }
    }
}

/// A Postgres server on a free port of 127.0.0.1, with the superuser `postgres`, no
/// passwords and no durability. Dropping it stops it and removes its data; where the
/// process is killed instead, a watchdog does.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    server: Server,
}

impl Cluster {
    /// Makes and starts a server, and returns when it takes connections (about a second).
    /// Works for root too, whom Postgres refuses: the server then runs as `postgres` or
    /// `nobody`. Blocks the calling thread.
    ///
    /// # Errors
    ///
    /// [`StartError`], with the end of the server's log.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        const ATTEMPTS: usize = 5;
        let mut attempt = 1;
        loop {
            let directory = Directory::create("postgres", true)?;
            let programs = usable_programs(&directory);
            let started = programs.and_then(|programs| {
                initialise(&directory, &programs)
                    .inspect_err(|_| drop(std::fs::remove_dir_all(directory.path())))?;
                run(directory, &programs, options)
            });
            match started {
                // Somebody took the port between our look and the server's.
                Err(StartError::Failed { output, .. })
                    if attempt < ATTEMPTS && output.contains("could not bind") =>
                {
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    /// The URL of one of its databases; `postgres` exists from the start.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Stops the server as `pg_ctl stop -m immediate` does, without a word to anybody, starts it
    /// again on the same data and port after `pause`, and returns when it takes connections.
    /// What was committed is still there only if `synchronous_commit` is on. Blocks the calling
    /// thread.
    ///
    /// # Errors
    ///
    /// [`StartError`], where it does not come back.
    pub fn restart_at_once(&self, pause: Duration) -> Result<(), StartError> {
        self.server.restart(pause)?;
        wait_until_ready(&self.server)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// The first installation that the server's account can run.
fn usable_programs(directory: &Directory) -> Result<PathBuf, StartError> {
    programs::candidates()
        .into_iter()
        .find(|bin| {
            let mut version = command(&bin.join("postgres"), directory.account(), directory.path());
            version.arg("--version").output().is_ok_and(|output| output.status.success())
        })
        .ok_or(StartError::NotInstalled {
            program: "a Postgres server",
            package: "postgres",
            apt_package: "postgresql",
            brew_package: "postgresql@17",
        })
        .inspect_err(|_| drop(std::fs::remove_dir_all(directory.path())))
}

fn initialise(directory: &Directory, programs: &Path) -> Result<(), StartError> {
    let output = command(&programs.join("initdb"), directory.account(), directory.path())
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .arg("--no-sync")
        .arg("--pgdata")
        .arg(directory.path().join("data"))
        .output()
        .map_err(StartError::io("run initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let mut printed = output.stdout;
    printed.extend(output.stderr);
    Err(StartError::Failed { program: "initdb", output: tail(&printed) })
}

fn run(directory: Directory, programs: &Path, options: &Options) -> Result<Cluster, StartError> {
    let port = free_port()?;
    let data = directory.path().join("data");
    let mut arguments = arguments(&data, port, options);
    if let Some(certificate) = &options.certificate {
        let files = certificate.write(&directory)?;
        let path = |path: &Path| path.display().to_string();
        arguments.extend(setting("ssl", "on"));
        arguments.extend(setting("ssl_cert_file", &path(&files.certificate)));
        arguments.extend(setting("ssl_key_file", &path(&files.key)));
    }
    let server = Arguments { program: programs.join("postgres"), arguments };
    let server = Server::start(directory, &server, StopSignal::Quit)?;
    wait_until_ready(&server)?;
    Ok(Cluster { port, server })
}

/// The first line of `postmaster.pid` says whose word it is, the eighth whether that server is
/// ready.
fn wait_until_ready(server: &Server) -> Result<(), StartError> {
    let status = server.directory().join("data/postmaster.pid");
    let ready = server.wait_until("Postgres", READY_WITHIN, || {
        let Ok(status) = std::fs::read_to_string(&status) else { return false };
        let line = |number| status.lines().nth(number).map(str::trim);
        let pid = server.pid().map(|pid| pid.to_string());
        pid.is_some() && line(0) == pid.as_deref() && line(7) == Some("ready")
    })?;
    if ready {
        Ok(())
    } else {
        Err(StartError::Failed { program: "Postgres", output: server.log() })
    }
}

fn arguments(data: &Path, port: u16, options: &Options) -> Vec<OsString> {
    let ours = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        ("unix_socket_directories", String::new()),
        ("max_connections", options.max_connections.to_string()),
        ("shared_buffers", "64MB".to_owned()),
        ("fsync", "off".to_owned()),
        ("synchronous_commit", "off".to_owned()),
        ("full_page_writes", "off".to_owned()),
        ("wal_level", "minimal".to_owned()),
        ("max_wal_senders", "0".to_owned()),
        ("log_min_messages", "fatal".to_owned()),
    ];
    let theirs = options.settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let mut arguments = vec![OsString::from("-D"), data.into()];
    for (name, value) in ours.into_iter().chain(theirs) {
        arguments.extend(setting(name, &value));
    }
    arguments
}

fn setting(name: &str, value: &str) -> [OsString; 2] {
    [OsString::from("-c"), OsString::from(format!("{name}={value}"))]
}
