//! A cable between two of the players that can be cut, slow or noisy, and that remembers what
//! went through it.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it is with a cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// What comes in goes out.
    Fair,
    /// Every connection is closed, and each new one at once.
    Cut,
    /// Everything arrives so much later, in both directions.
    Slow(Duration),
    /// What would go out is replaced by noise of the same length.
    ///
    /// Not single bits: nothing but TLS could tell those from what was meant, and TLS closes the
    /// connection. Noise is what the protocols themselves can tell.
    Noisy,
}

/// Requests that were answered with a 2xx, newest last.
pub(crate) type Tape = Arc<Mutex<VecDeque<Vec<u8>>>>;

/// How many requests a tape keeps.
const TAPE: usize = 16;

/// How much of a request is kept; ours are shorter.
const REQUEST: usize = 16 * 1024;

/// The cable, on a free port of 127.0.0.1.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) name: String,
    address: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
}

struct Shared {
    targets: Vec<SocketAddr>,
    next: AtomicUsize,
    weather: Arc<watch::Sender<Weather>>,
    tape: Option<Tape>,
}

impl Link {
    /// Lays it to the targets, which take turns; a tape records the first request of each
    /// connection. It lasts as long as the runtime.
    pub(crate) async fn lay(
        name: String,
        targets: Vec<SocketAddr>,
        tape: Option<Tape>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(watch::Sender::new(Weather::Fair));
        let shared =
            Shared { targets, next: AtomicUsize::new(0), weather: Arc::clone(&weather), tape };
        tokio::spawn(accept(listener, Arc::new(shared)));
        Ok(Self { name, address, weather })
    }

    /// Where it begins.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather. Connections through which noise went do not outlive it.
    pub(crate) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((near, _)) = listener.accept().await {
        if *shared.weather.borrow() != Weather::Cut {
            tokio::spawn(connect(near, Arc::clone(&shared)));
        }
    }
}

async fn connect(near: TcpStream, shared: Arc<Shared>) {
    let turn = shared.next.fetch_add(1, Ordering::Relaxed);
    let target = shared.targets.get(turn % shared.targets.len().max(1));
    let Some(target) = target else { return };
    let Ok(far) = TcpStream::connect(target).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let request = Arc::new(Mutex::new(Vec::new()));
    let asked = Pump { from: near_in, to: far_out, shared: &shared, request: &request, asks: true };
    let answered =
        Pump { from: far_in, to: near_out, shared: &shared, request: &request, asks: false };
    // One end that closes closes both: no protocol here goes on half open.
    tokio::select! {
        () = asked.run() => {}
        () = answered.run() => {}
        () = broken(&shared.weather) => {}
    }
}

/// Returns when the weather ends this connection.
async fn broken(weather: &watch::Sender<Weather>) {
    let mut seen = weather.subscribe();
    let mut noisy = false;
    loop {
        match *seen.borrow_and_update() {
            Weather::Cut => return,
            Weather::Noisy => noisy = true,
            Weather::Fair | Weather::Slow(_) if noisy => return,
            Weather::Fair | Weather::Slow(_) => {}
        }
        if seen.changed().await.is_err() {
            return;
        }
    }
}

struct Pump<'a> {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    shared: &'a Shared,
    request: &'a Mutex<Vec<u8>>,
    asks: bool,
}

impl Pump<'_> {
    async fn run(mut self) {
        let mut buffer = vec![0; 16 * 1024];
        let mut first = true;
        while let Ok(length @ 1..) = self.from.read(&mut buffer).await {
            let Some(chunk) = buffer.get_mut(..length) else { return };
            self.record(chunk, first);
            first = false;
            let weather = *self.shared.weather.borrow();
            match weather {
                Weather::Slow(by) => tokio::time::sleep(by).await,
                Weather::Noisy => chunk.fill(0xff),
                Weather::Fair | Weather::Cut => {}
            }
            if self.to.write_all(chunk).await.is_err() {
                return;
            }
        }
    }

    /// What was asked before the first answer is the first request.
    fn record(&self, chunk: &[u8], first: bool) {
        let Some(tape) = &self.shared.tape else { return };
        let mut request = self.request.lock().unwrap_or_else(PoisonError::into_inner);
        if self.asks {
            if request.len() < REQUEST {
                request.extend_from_slice(chunk);
            }
        } else if first && chunk.starts_with(b"HTTP/1.1 2") {
            let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
            tape.push_back(std::mem::take(&mut request));
            while tape.len() > TAPE {
                tape.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each request with the same words.
    async fn server(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 64];
                while let Ok(1..) = stream.read(&mut buffer).await {
                    let _ = stream.write_all(answer).await;
                }
            }
        });
        address
    }

    async fn ask(stream: &mut TcpStream) -> Vec<u8> {
        let mut buffer = vec![0; 64];
        let _ = stream.write_all(b"question").await;
        let length = stream.read(&mut buffer).await.unwrap_or_default();
        buffer.truncate(length);
        buffer
    }

    #[tokio::test]
    async fn what_was_answered_well_is_on_the_tape() {
        let tape = Tape::default();
        for (answer, kept) in [(b"HTTP/1.1 401", 0), (b"HTTP/1.1 204", 1)] {
            let target = vec![server(answer).await];
            let link =
                Link::lay("taped".to_owned(), target, Some(Arc::clone(&tape))).await.unwrap();
            let mut stream = TcpStream::connect(link.address()).await.unwrap();
            assert_eq!(ask(&mut stream).await, answer);
            assert_eq!(tape.lock().unwrap().len(), kept);
        }
        assert_eq!(tape.lock().unwrap().back().unwrap(), b"question");
    }

    #[tokio::test]
    async fn a_cut_closes_what_is_open_and_what_comes() {
        let link = Link::lay("cut".to_owned(), vec![server(b"answer").await], None).await.unwrap();
        let mut before = TcpStream::connect(link.address()).await.unwrap();
        assert_eq!(ask(&mut before).await, b"answer");
        link.set(Weather::Cut);
        assert!(ask(&mut before).await.is_empty());
        let mut meanwhile = TcpStream::connect(link.address()).await.unwrap();
        assert!(ask(&mut meanwhile).await.is_empty());
        link.set(Weather::Fair);
        let mut after = TcpStream::connect(link.address()).await.unwrap();
        assert_eq!(ask(&mut after).await, b"answer");
    }

    #[tokio::test]
    async fn noise_is_of_the_same_length_and_the_connection_does_not_outlive_it() {
        let link =
            Link::lay("noisy".to_owned(), vec![server(b"answer").await], None).await.unwrap();
        let mut stream = TcpStream::connect(link.address()).await.unwrap();
        link.set(Weather::Noisy);
        assert_eq!(ask(&mut stream).await, [0xff; 6]);
        link.set(Weather::Fair);
        assert!(ask(&mut stream).await.is_empty());
    }
}
