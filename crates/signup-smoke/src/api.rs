//! Asking the public API, as a tester's browser does.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::io;
use std::time::Duration;

use ghost_contracts::{ErrorBody, ErrorCode};
use reqwest::header::{ACCEPT, HeaderMap, ORIGIN};
use reqwest::{Client, Response, StatusCode, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::settings::Settings;

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const MOST: usize = 256 * 1024;

/// How long a call may go on that nobody waits for any more.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// The API of one deployment.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
    origin: String,
    limit: Duration,
    calls: TaskTracker,
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as text.
    pub body: String,
    version: Version,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// No connection could be made.
    Unreachable(String),
    /// A connection was made, but it could not be made secure.
    Tls(String),
    /// It took longer than this.
    TimedOut(Duration),
    /// The connection was cut before the answer was there.
    Cut(String),
}

impl Api {
    /// A client for the API of `settings`; `limit` is the time for one call.
    ///
    /// # Errors
    ///
    /// Where TLS cannot be set up on this machine.
    pub fn new(settings: &Settings, limit: Duration) -> reqwest::Result<Self> {
        let mut client = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("signup-smoke/", env!("CARGO_PKG_VERSION")));
        if settings.is_local() {
            client = client.no_proxy();
        }
        Ok(Self {
            client: client.build()?,
            base: settings.api.clone(),
            origin: settings.origin.clone(),
            limit,
            calls: TaskTracker::new(),
        })
    }

    /// Posts JSON. The call goes on also where the caller stops waiting: what has been sent may
    /// have its effect, and [`Api::settle`] waits for that.
    ///
    /// # Errors
    ///
    /// [`CallError`]. An answer of any status is no error.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, CallError> {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .header(ACCEPT, "application/json")
            .header(ORIGIN, &self.origin)
            .json(body);
        let limit = self.limit;
        let call = self.calls.spawn(async move {
            let explain = |error: reqwest::Error| explain(&error, limit);
            read(request.send().await.map_err(explain)?).await.map_err(explain)
        });
        call.await.unwrap_or_else(|error| Err(CallError::Cut(error.to_string())))
    }

    /// Waits for calls that nobody waits for any more, for a while.
    pub async fn settle(&self) {
        self.calls.close();
        let _ = timeout(SETTLED_WITHIN, self.calls.wait()).await;
    }
}

async fn read(mut response: Response) -> reqwest::Result<Answer> {
    let (status, headers, version) =
        (response.status(), response.headers().clone(), response.version());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend(chunk);
        if body.len() > MOST {
            body.truncate(MOST);
            break;
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer { status, headers, body, version })
}

fn explain(error: &reqwest::Error, limit: Duration) -> CallError {
    let mut causes = Vec::new();
    let mut insecure = false;
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        insecure |= error.downcast_ref().is_some_and(is_of_tls);
        cause = error.source();
    }
    causes.dedup();
    let causes = causes.join(": ");
    match (error.is_connect(), error.is_timeout()) {
        (true, _) if insecure => CallError::Tls(causes),
        (true, _) => CallError::Unreachable(causes),
        (false, true) => CallError::TimedOut(limit),
        (false, false) => CallError::Cut(causes),
    }
}

/// What rustls has to say comes as an error of input and output, perhaps in another.
fn is_of_tls(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
        || error.get_ref().and_then(|inner| inner.downcast_ref()).is_some_and(is_of_tls)
}

impl Answer {
    /// The body, where it is what is expected.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.body).ok()
    }

    /// The error code, where the body is one of raptor-api's.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.json::<ErrorBody>()?.code()
    }

    /// A header, where it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Status and message on one line.
    #[must_use]
    pub fn summary(&self) -> String {
        match self.json::<ErrorBody>() {
            Some(body) => format!("{} {}", self.status.as_u16(), body.message),
            None => self.status.to_string(),
        }
    }
}

/// The whole answer, as it came.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} {}", self.version, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        f.write_char('\n')?;
        f.write_str(&self.body)
    }
}
