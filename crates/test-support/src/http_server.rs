//! The small HTTP server under the stand-ins. It can do what a well-behaved one cannot:
//! close the connection instead of answering.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// `POST`.
    pub method: Method,
    /// The path alone, percent-encoded as it came.
    pub path: String,
    /// What follows the question mark.
    pub query: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl SeenRequest {
    /// A header's value, where it is there once and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the request's body is JSON")
    }
}

/// An answer to give.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A JSON body.
    ///
    /// # Panics
    ///
    /// When the status is no HTTP status.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// A body of any kind.
    ///
    /// # Panics
    ///
    /// When the status is no HTTP status.
    #[must_use]
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into() }
    }

    /// 200 with something that no client of ours understands, as a captive portal sends.
    #[must_use]
    pub fn garbage() -> Self {
        Self::new(200, "text/html", "<!doctype html><title>Welcome to the Wi-Fi</title>")
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }
}

/// What a handler decided; `None` closes the connection without an answer.
pub(crate) type Reply = Option<Answer>;

type Handler = dyn Fn(SeenRequest) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Send + Sync;

/// A server on a free port of 127.0.0.1 and a thread of its own, so that it does not depend
/// on the runtime of the test. Stopped on drop, open connections and all.
#[derive(Debug)]
pub(crate) struct HttpServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HttpServer {
    /// Each request is handled to the end, also when its sender has gone: bytes that are on
    /// the wire arrive.
    pub(crate) fn start<F, Fut>(handler: F) -> Self
    where
        F: Fn(SeenRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        listener.set_nonblocking(true).expect("the listener does not block");
        let handler: Arc<Handler> = Arc::new(move |request| Box::pin(handler(request)));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for the stand-in");
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, handler) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, handler: Arc<Handler>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is usable");
    while let Ok((stream, _)) = listener.accept().await {
        let handler = Arc::clone(&handler);
        let service = service_fn(move |request| serve(request, Arc::clone(&handler)));
        tokio::spawn(async move {
            // One request a connection: a client's pool never holds one that a stand-in
            // with another mind has closed. An error here is a client that went away, or
            // an answer that we were told not to give.
            let _ = hyper::server::conn::http1::Builder::new()
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Closes the connection: hyper does so for a service that fails.
#[derive(Debug, thiserror::Error)]
#[error("told not to answer")]
struct Cut;

async fn serve(
    request: Request<Incoming>,
    handler: Arc<Handler>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    let seen = SeenRequest {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
    };
    // A task of its own, because this future is dropped when the client goes.
    let reply = tokio::spawn(handler(seen)).await;
    let answer = reply.ok().flatten().ok_or(Cut)?;
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
