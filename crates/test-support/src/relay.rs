//! A cable to a database, or to any other server, that a test can pull out.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};

/// What the cable does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Carries,
    Cut,
    Stalled,
}

/// Forwards TCP connections from a free port of 127.0.0.1 to a target, until it is cut.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    line: watch::Sender<Line>,
    silent: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Starts it in front of `target`, `host:port`.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    #[must_use]
    pub fn start(target: impl Into<String>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        listener.set_nonblocking(true).expect("the listener does not block");
        let (line, state) = watch::channel(Line::Carries);
        let silent = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = oneshot::channel::<()>();
        let cable = Cable { target: target.into(), line: state, silent: Arc::clone(&silent) };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for the relay");
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, cable) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, line, silent, stop: Some(stop), thread: Some(thread) }
    }

    /// Starts it in front of the server of a URL, and returns that URL through the relay.
    ///
    /// # Panics
    ///
    /// When the URL is none or names no host and port.
    #[must_use]
    pub fn in_front_of(url: &str) -> (Self, String) {
        let mut url: url::Url = url.parse().expect("a URL");
        let host = url.host_str().expect("a URL with a host");
        let port = url.port_or_known_default().expect("a URL with a port");
        let relay = Self::start(format!("{host}:{port}"));
        url.set_ip_host(Ipv4Addr::LOCALHOST.into()).expect("a URL that can have another host");
        url.set_port(Some(relay.address.port())).expect("a URL that can have another port");
        (relay, url.into())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections have been stalled.
    #[must_use]
    pub fn silent(&self) -> usize {
        self.silent.load(Ordering::Relaxed)
    }

    /// Closes all connections, and each new one at once.
    pub fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }

    /// Carries nothing any more and closes nothing: what a peer sees whose other side hangs, or
    /// whose network is gone. New connections are taken and stay as silent.
    pub fn stall(&self) {
        self.line.send_replace(Line::Stalled);
    }

    /// Takes connections again. Those that stalled stay silent for ever, as after a machine was
    /// lost and another took its place.
    pub fn restore(&self) {
        self.line.send_replace(Line::Carries);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What each connection needs to know.
#[derive(Clone)]
struct Cable {
    target: String,
    line: watch::Receiver<Line>,
    silent: Arc<AtomicUsize>,
}

async fn accept(listener: TcpListener, cable: Cable) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is usable");
    while let Ok((stream, _)) = listener.accept().await {
        let now = *cable.line.borrow();
        match now {
            Line::Carries => drop(tokio::spawn(relay(stream, cable.clone()))),
            Line::Cut => {}
            Line::Stalled => drop(tokio::spawn(keep(stream, Arc::clone(&cable.silent)))),
        }
    }
}

async fn relay(mut near: TcpStream, mut cable: Cable) {
    let Ok(mut far) = TcpStream::connect(&cable.target).await else { return };
    let stalled = tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => false,
        changed = cable.line.wait_for(|line| *line != Line::Carries) => {
            changed.is_ok_and(|line| *line == Line::Stalled)
        }
    };
    if stalled {
        keep((near, far), cable.silent).await;
    }
}

/// Holds streams open until the relay goes.
async fn keep<T>(streams: T, silent: Arc<AtomicUsize>) {
    silent.fetch_add(1, Ordering::Relaxed);
    std::future::pending::<()>().await;
    drop(streams);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::http_server::{Answer, HttpServer};

    async fn get(url: &str) -> reqwest::Result<reqwest::Response> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        client.get(url).send().await
    }

    #[tokio::test]
    async fn a_cut_relay_carries_nothing_until_it_is_restored() {
        let answer = Answer::new(204, "text/plain", "");
        let target = HttpServer::start(move |_| std::future::ready(Some(answer.clone())));
        let (relay, url) = Relay::in_front_of(&target.url());
        assert_eq!(get(&url).await.unwrap().status(), 204);
        relay.cut();
        assert!(get(&url).await.is_err());
        relay.restore();
        assert_eq!(get(&url).await.unwrap().status(), 204);
    }

    #[tokio::test]
    async fn a_stalled_connection_stays_open_and_silent_also_when_others_are_carried_again() {
        let target = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let relay = Relay::start(target.local_addr().unwrap().to_string());
        let mut early = TcpStream::connect(relay.address()).await.unwrap();
        let (mut behind_early, _) = target.accept().await.unwrap();
        relay.stall();
        let mut late = TcpStream::connect(relay.address()).await.unwrap();
        let silent = async || (relay.silent() == 2).then_some(());
        crate::wait::eventually("both are stalled", silent).await;
        relay.restore();
        behind_early.write_all(b"unheard").await.unwrap();
        let mut new = TcpStream::connect(relay.address()).await.unwrap();
        let (mut behind_new, _) = target.accept().await.unwrap();
        behind_new.write_all(b"heard").await.unwrap();
        let (mut one, mut other, mut heard) = ([0], [0], [0; 5]);
        tokio::select! {
            read = early.read(&mut one) => panic!("not silent: {read:?}"),
            read = late.read(&mut other) => panic!("not silent: {read:?}"),
            read = new.read_exact(&mut heard) => assert_eq!(read.unwrap(), 5),
        }
        assert_eq!(&heard, b"heard");
    }
}
