//! A throw-away Redis, and a database number of its own for each test.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::OnceLock;
use std::time::Duration;

use crate::throwaway::{
    Arguments, Directory, Server, StartError, StopSignal, free_port, search_path,
};
use crate::tls::Certificate;

/// Names a running server that tests use instead of one of their own:
/// `redis://127.0.0.1:port`, without a password, with as many databases as there are tests.
pub const URL_VARIABLE: &str = "TEST_REDIS_URL";

const READY_WITHIN: Duration = Duration::from_secs(30);
const IO_WITHIN: Duration = Duration::from_secs(5);

/// Redis has 16 unless told; a test run takes one a test.
const DATABASES: u16 = 8192;

/// A Redis server on a free port of 127.0.0.1 that writes nothing to disk. Dropping it
/// stops it; where the process is killed instead, a watchdog does.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    tls: bool,
    server: Server,
}

impl RedisServer {
    /// Starts a server, and returns when it answers. Blocks the calling thread.
    ///
    /// # Errors
    ///
    /// [`StartError`]; where there is no `redis-server` it says how to install it.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with(None)
    }

    /// The same, but it speaks TLS alone and shows `certificate`.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_with_tls(certificate: &Certificate) -> Result<Self, StartError> {
        Self::start_with(Some(certificate))
    }

    fn start_with(certificate: Option<&Certificate>) -> Result<Self, StartError> {
        const ATTEMPTS: usize = 5;
        let mut attempt = 1;
        loop {
            match Self::start_once(certificate) {
                // Somebody took the port between our look and the server's.
                Err(StartError::Failed { output, .. })
                    if attempt < ATTEMPTS && output.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    fn start_once(certificate: Option<&Certificate>) -> Result<Self, StartError> {
        let program = find().ok_or(StartError::NotInstalled {
            program: "redis-server",
            package: "redis",
            apt_package: "redis-server",
            brew_package: "redis",
        })?;
        let directory = Directory::create("redis", false)?;
        // Redis rewrites its command line but keeps the name it was called by; called by
        // one in its own directory, a later sweep recognises it.
        let name = directory.path().join("redis-server");
        std::os::unix::fs::symlink(program, &name).map_err(StartError::io("link redis-server"))?;
        let port = free_port()?;
        let port_text = port.to_string();
        let databases = DATABASES.to_string();
        let mut arguments: Vec<OsString> = match certificate {
            None => ["--port", &port_text].map(OsString::from).into(),
            Some(certificate) => {
                let files = certificate.write(&directory)?;
                let own = ["--port", "0", "--tls-port", &port_text, "--tls-auth-clients", "no"];
                let mut own: Vec<_> = own.map(OsString::from).into();
                for (option, file) in [
                    ("--tls-cert-file", &files.certificate),
                    ("--tls-key-file", &files.key),
                    ("--tls-ca-cert-file", &files.certificate),
                ] {
                    own.extend([OsString::from(option), file.into()]);
                }
                own
            }
        };
        let common = [
            "--bind",
            "127.0.0.1",
            "--databases",
            &databases,
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
            "--dir",
            ".",
        ];
        arguments.extend(common.map(OsString::from));
        let server =
            Server::start(directory, &Arguments { program: name, arguments }, StopSignal::Kill)?;
        // Its own word, not an answer on the port: that might come from another server.
        let ready = server.wait_until("redis-server", READY_WITHIN, || {
            server.log().contains("Ready to accept connections")
        })?;
        if ready {
            Ok(Self { port, tls: certificate.is_some(), server })
        } else {
            Err(StartError::Failed { program: "redis-server", output: server.log() })
        }
    }

    /// Kills the server, starts an empty one on the same port after `pause`, and returns when it
    /// answers. Blocks the calling thread.
    ///
    /// # Errors
    ///
    /// [`StartError`], where it does not come back.
    pub fn restart_at_once(&self, pause: Duration) -> Result<(), StartError> {
        let readies = || self.server.whole_log().matches("Ready to accept connections").count();
        let before = readies();
        self.server.restart(pause)?;
        match self.server.wait_until("redis-server", READY_WITHIN, || readies() > before)? {
            true => Ok(()),
            false => Err(StartError::Failed { program: "redis-server", output: self.server.log() }),
        }
    }

    /// Its URL, naming database 0.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn find() -> Option<std::path::PathBuf> {
    let mut directories = search_path();
    for homebrew in ["/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin"] {
        directories.push(homebrew.into());
    }
    directories.iter().map(|directory| directory.join("redis-server")).find(|path| path.is_file())
}

/// The URL of the server that the tests of this process share: the one of
/// [`URL_VARIABLE`], else one that is started at the first call and goes with the process.
/// What a test writes there, others see: see [`test_database_url`].
///
/// # Panics
///
/// When there is none and none can be started.
pub fn shared_url() -> &'static str {
    static SHARED: OnceLock<(String, Option<RedisServer>)> = OnceLock::new();
    let (url, _) = SHARED.get_or_init(|| match crate::environment(URL_VARIABLE) {
        Some(url) => (url, None),
        None => {
            let server = RedisServer::start().unwrap_or_else(|error| panic!("{error}"));
            (server.url(), Some(server))
        }
    });
    url
}

/// The URL of an empty database on the [`shared_url`] server that no other test is given,
/// in this process or another: for a service's `REDIS_URL`. Blocks for a moment.
///
/// # Panics
///
/// When the server cannot be reached or has no database left.
#[must_use]
pub fn test_database_url() -> String {
    let url: url::Url = shared_url().parse().expect("the shared Redis has a URL");
    let host = url.host_str().unwrap_or("127.0.0.1");
    let port = url.port().unwrap_or(6379);
    let address = (host, port)
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .expect("the shared Redis has an address");
    let answer = ask(address, &["INCR", "test-support:last-database"]);
    let number = answer.as_deref().ok().and_then(|answer| answer.strip_prefix(':'));
    let number = number.unwrap_or_else(|| panic!("no database number from Redis: {answer:?}"));
    let selected = ask(address, &["SELECT", number]).expect("Redis answers");
    assert_eq!(selected, "+OK", "Redis has no database {number}: it needs more `databases`");
    let mut url = url;
    url.set_path(number);
    url.into()
}

/// Sends one command on a connection of its own and returns the first line of the answer.
fn ask(address: SocketAddr, command: &[&str]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, IO_WITHIN)?;
    stream.set_read_timeout(Some(IO_WITHIN))?;
    let mut request = format!("*{}\r\n", command.len());
    for word in command {
        request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn every_test_has_a_database_of_its_own() {
        let (one, other) = (test_database_url(), test_database_url());
        assert_ne!(one, other);
        assert!(one.starts_with(shared_url()) && other.starts_with(shared_url()));
    }

    #[test]
    fn a_server_answers_and_is_gone_with_its_handle() {
        let server = RedisServer::start().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port));
        assert_eq!(ask(address, &["ECHO", "hello"]).unwrap(), "$5");
        drop(server);
        assert!(ask(address, &["PING"]).is_err());
    }

    #[test]
    fn a_server_that_is_killed_comes_back_empty_on_its_port() {
        let server = RedisServer::start().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port));
        assert_eq!(ask(address, &["SET", "kept", "no"]).unwrap(), "+OK");
        server.restart_at_once(Duration::from_millis(10)).unwrap();
        assert_eq!(ask(address, &["GET", "kept"]).unwrap(), "$-1");
        drop(server);
        assert!(ask(address, &["PING"]).is_err());
    }
}
