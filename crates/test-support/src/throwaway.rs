//! Servers that cannot outlive the process that asked for them.
//!
//! Three things see to that, each for when the one before it did not happen: the handle's
//! `Drop`; a tiny shell that is the server's parent and clears up as soon as the pipe to
//! us closes, however we ended; and the next start, which sweeps what a machine that lost
//! both left behind.

mod account;
mod directory;
mod server;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

pub(crate) use account::{Account, command};
pub(crate) use directory::Directory;
pub(crate) use server::{Arguments, Server, StopSignal, tail};

/// Why a throw-away server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The server's programs are not installed.
    #[error(
        "{program} was not found. `bin/setup {package}` installs it (apt-get install \
         {apt_package}, brew install {brew_package})"
    )]
    NotInstalled {
        /// What was looked for.
        program: &'static str,
        /// The name that `bin/setup` knows.
        package: &'static str,
        /// The package on Debian and Ubuntu.
        apt_package: &'static str,
        /// The formula of Homebrew.
        brew_package: &'static str,
    },
    /// The server's programs refuse root, and there is no other account to run them as.
    #[error("Postgres refuses to run as root, and neither `postgres` nor `nobody` exists here")]
    NoAccount,
    /// A program of the server ended with an error.
    #[error("{program} failed:\n{output}")]
    Failed {
        /// Which one.
        program: &'static str,
        /// The end of what it printed.
        output: String,
    },
    /// The server was started but did not get ready in time.
    #[error("{program} was not ready after {seconds} s:\n{output}")]
    NotReady {
        /// Which one.
        program: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// The end of what it printed.
        output: String,
    },
    /// The operating system refused a file, a process or a port.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system answered.
        source: std::io::Error,
    },
}

impl StartError {
    /// For `map_err`: says what was tried when the system refused.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A port of the loopback interface that nobody listens on at this moment. Somebody may
/// take it before the server does, so whoever starts one tries again with another.
pub(crate) fn free_port() -> Result<u16, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address: SocketAddr| address.port())
        .map_err(StartError::io("find a free port"))
}

/// The directories of the search path.
pub(crate) fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}
