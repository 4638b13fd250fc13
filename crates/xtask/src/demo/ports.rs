//! Ports: the usual ones, or others where somebody has them.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const STEP: u16 = 100;
const ATTEMPTS: u16 = 50;

/// A port that nobody else has. It is kept until it is [taken](Self::release).
#[derive(Debug)]
pub(super) struct Port {
    number: u16,
    kept: TcpListener,
}

impl Port {
    /// `preferred`, or the first free one of those 100, 200, … above it, for a service that
    /// listens on every address.
    pub(super) fn find(preferred: u16) -> io::Result<Self> {
        Self::find_at(preferred, Ipv4Addr::UNSPECIFIED)
    }

    /// The same for a server that this machine alone may reach.
    pub(super) fn find_on_loopback(preferred: u16) -> io::Result<Self> {
        Self::find_at(preferred, Ipv4Addr::LOCALHOST)
    }

    fn find_at(preferred: u16, address: Ipv4Addr) -> io::Result<Self> {
        let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
        for attempt in 0..ATTEMPTS {
            let Some(number) = preferred.checked_add(attempt * STEP) else { break };
            if somebody_answers(number) {
                continue;
            }
            match TcpListener::bind((address, number)) {
                Ok(kept) => return Ok(Self { number, kept }),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Its number.
    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// Where a browser on this machine finds it. A name, not an address: passkeys are bound to
    /// one.
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.number)
    }

    /// Gives the port up for the service that is about to take it.
    pub(super) fn release(self) {
        drop(self.kept);
    }

    /// The listener itself.
    pub(super) fn into_listener(self) -> TcpListener {
        self.kept
    }
}

/// A look from the browser's side: `localhost` is two addresses, and on some systems a port can
/// be bound for all addresses although one of them is taken.
fn somebody_answers(port: u16) -> bool {
    let addresses = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
    let connects = |address: &SocketAddr| {
        TcpStream::connect_timeout(address, Duration::from_millis(200)).is_ok()
    };
    addresses.iter().any(connects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let preferred = taken.local_addr().unwrap().port();
        let found = Port::find(preferred).unwrap();
        assert_ne!(found.number(), preferred);
        assert_eq!((found.number() - preferred) % STEP, 0);
    }

    #[test]
    fn a_port_is_kept_until_it_is_released() {
        let first = Port::find(23_451).unwrap();
        let number = first.number();
        assert_ne!(Port::find(number).unwrap().number(), number);
        first.release();
        assert!(TcpListener::bind((Ipv4Addr::UNSPECIFIED, number)).is_ok());
    }
}
