//! A server that can answer what no HTTP library would: half an answer, one without end, none.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// What is sent once a request has been read; the connection is closed then.
#[derive(Debug, Clone)]
pub enum Raw {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and then spaces until nobody takes any more.
    Endless(Vec<u8>),
    /// Nothing, and the connection stays open.
    Silence,
}

impl Raw {
    /// A whole answer with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::whole(status, "", &body.to_string())
    }

    /// A whole answer; `headers` are lines, each with its end.
    #[must_use]
    pub fn whole(status: u16, headers: &str, body: &str) -> Self {
        Self::announcing(body.len(), status, headers, body)
    }

    /// An answer that breaks off: it announces more than it brings.
    #[must_use]
    pub fn cut(status: u16, body: &str) -> Self {
        Self::announcing(body.len() + 1000, status, "", body)
    }

    /// A redirect to `location`, to be followed with the same method and body.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::whole(307, &format!("location: {location}\r\n"), "")
    }

    /// 200 with a body that has no end, after this beginning.
    #[must_use]
    pub fn endless(body: &str) -> Self {
        let head = "HTTP/1.1 200 x\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        Self::Endless(format!("{head}{body}").into_bytes())
    }

    fn announcing(length: usize, status: u16, headers: &str, body: &str) -> Self {
        let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{headers}");
        let end = format!("content-length: {length}\r\nconnection: close\r\n\r\n{body}");
        Self::Bytes(format!("{head}{end}").into_bytes())
    }
}

#[derive(Debug)]
struct State {
    answers: HashMap<String, Raw>,
    otherwise: Raw,
    seen: Vec<String>,
}

/// The server, on a free port of 127.0.0.1 and a thread of its own. Stopped on drop.
#[derive(Debug)]
pub struct RawServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl RawServer {
    /// Starts it; it answers that to everything until it is told otherwise.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    #[must_use]
    pub fn start(otherwise: Raw) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        listener.set_nonblocking(true).expect("the listener does not block");
        let state = State { answers: HashMap::new(), otherwise, seen: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for the server");
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, state, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is answered to requests for that path from now on.
    pub fn answer(&self, path: &str, raw: Raw) {
        self.state().answers.insert(path.to_owned(), raw);
    }

    /// What is answered to all others.
    pub fn otherwise(&self, raw: Raw) {
        self.state().otherwise = raw;
    }

    /// The paths of all requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        self.state().seen.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("nobody panics with the server's state in hand")
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is usable");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

/// An error here is a client that went away.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let path = read(&mut stream).await?;
    let raw = {
        let mut state = lock(&state);
        let raw = state.answers.get(&path).unwrap_or(&state.otherwise).clone();
        state.seen.push(path);
        raw
    };
    match raw {
        Raw::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Raw::Endless(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            while stream.write_all(&[b' '; 65_536]).await.is_ok() {}
        }
        Raw::Silence => std::future::pending().await,
    }
    stream.shutdown().await.ok()
}

/// Reads one request to its end: its path.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if bytes.len() >= head.len() + 4 + announced.unwrap_or(0_usize) {
                return head.split(' ').nth(1).map(str::to_owned);
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(buffer.get(..count)?);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn post(server: &RawServer, path: &str) -> reqwest::Result<String> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        let sent = client.post(format!("{}{path}", server.url())).body("{}").send().await?;
        sent.text().await
    }

    #[tokio::test]
    async fn each_path_has_its_answer_and_half_an_answer_is_an_error() {
        let server = RawServer::start(Raw::whole(200, "", "whole"));
        server.answer("/half", Raw::cut(200, "half"));
        assert_eq!(post(&server, "/").await.unwrap(), "whole");
        assert!(post(&server, "/half").await.is_err());
        assert_eq!(server.seen(), ["/", "/half"]);
    }
}
