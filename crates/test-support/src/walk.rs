//! A walk through all addresses of a service: every route, every method, every asker.
//!
//! A service's test brings its table of [`Route`]s, who asks, and what each is to be told. The walk
//! asks, and checks what holds for every answer: the protective headers, the form of errors.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

pub use source::registered_in;

pub mod documented;
mod policy;
mod source;

/// What a browser that opens a page accepts.
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Methods that no address answers.
const OTHERS: [&str; 5] = ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];

/// One address. `W` says who may come in.
#[derive(Debug, Clone, Copy)]
pub struct Route<W> {
    /// As the service registers it: `get_post /admins`.
    pub registered: &'static str,
    /// An address of it.
    pub path: &'static str,
    /// GET and HEAD.
    pub read: Option<Door<W>>,
    /// POST.
    pub write: Option<Door<W>>,
}

/// Who may come in by one method, and what they are told then.
#[derive(Debug, Clone, Copy)]
pub struct Door<W> {
    /// Who.
    pub who: W,
    /// The statuses for those who come in. A POST brings a body that nothing can be read from.
    pub let_in: &'static [u16],
}

/// Somebody who asks. `K` says what they are.
pub struct Asker<K> {
    /// What they are.
    pub kind: K,
    /// What they send along, for a method, a path and a body.
    pub headers: Headers,
}

/// Method, path and body to headers.
pub type Headers = Box<dyn Fn(&str, &str, &str) -> Vec<(&'static str, String)> + Send + Sync>;

impl<K> Asker<K> {
    /// Somebody who sends the same with every request.
    pub fn new(kind: K, headers: &[(&'static str, &str)]) -> Self {
        let all: Vec<_> =
            headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { kind, headers: Box::new(move |_, _, _| all.clone()) }
    }
}

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a, W> {
    /// Where.
    pub route: &'a Route<W>,
    /// How.
    pub method: &'a str,
    /// Whether a page is asked for; else JSON.
    pub page: bool,
}

/// What is to be answered.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    /// One of these.
    Status(&'static [u16]),
    /// An error of that status and code.
    Error(u16, &'static str),
    /// 303 to that address.
    SeeOther(&'static str),
}

/// Each question comes from an address of its own, as a router says it, so that no rate limit is met.
static CLIENTS: AtomicU32 = AtomicU32::new(0x0a00_0000);

/// Where the walk goes: to a service behind one router.
pub struct Walk {
    /// The service, without a slash at the end.
    pub base: String,
    /// Sent with every request.
    pub always: Vec<(&'static str, String)>,
    /// Whether the service is reached by https.
    pub https: bool,
}

/// What is asked at each route: by each method for JSON, and by some for a page too.
fn questions() -> impl Iterator<Item = (bool, &'static str)> {
    let programs = ["HEAD", "GET", "POST"].into_iter().chain(OTHERS).map(|method| (false, method));
    programs.chain(["HEAD", "GET", "POST", "PUT"].map(|method| (true, method)))
}

impl<W> Route<W> {
    /// What `Allow` says.
    fn allow(&self) -> &'static str {
        match (&self.read, &self.write) {
            (Some(_), Some(_)) => "GET, HEAD, POST",
            (Some(_), None) => "GET, HEAD",
            _ => "POST",
        }
    }

    /// The door for that method.
    #[must_use]
    pub fn door(&self, method: &str) -> Option<&Door<W>> {
        match method {
            "GET" | "HEAD" => self.read.as_ref(),
            "POST" => self.write.as_ref(),
            _ => None,
        }
    }
}

impl Walk {
    /// Has everybody ask everything, each on their own and all at once, and compares each answer
    /// with what `judge` says. The routes are walked in their order.
    ///
    /// # Panics
    ///
    /// With everything that was answered otherwise.
    pub async fn walk<W, K: std::fmt::Debug>(
        &self,
        routes: &[Route<W>],
        askers: &[Asker<K>],
        judge: impl Fn(&K, &Question<'_, W>) -> Expected,
    ) {
        let all = askers.iter().map(|asker| self.walk_as(routes, asker, &judge));
        let faults = join_all(all).await.concat();
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }

    /// What is wrong with the answers to one asker.
    async fn walk_as<W, K: std::fmt::Debug>(
        &self,
        routes: &[Route<W>],
        asker: &Asker<K>,
        judge: impl Fn(&K, &Question<'_, W>) -> Expected,
    ) -> Vec<String> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(crate::wait::PATIENCE)
            .timeout(crate::wait::PATIENCE)
            .build()
            .expect("an HTTP client");
        let mut faults = Vec::new();
        for route in routes {
            for (page, method) in questions() {
                let question = Question { route, method, page };
                let at = format!("{:?} {method} {} page: {page}", asker.kind, route.path);
                let answer = self.ask(&client, &question, asker, &at).await;
                let wrong = self.faults(&answer, &question, judge(&asker.kind, &question));
                faults.extend(wrong.into_iter().map(|fault| format!("{at}: {fault}")));
            }
        }
        faults
    }

    async fn ask<W, K>(
        &self,
        client: &Client,
        question: &Question<'_, W>,
        asker: &Asker<K>,
        at: &str,
    ) -> Answer {
        let Question { route, method, page } = question;
        let body = if ["GET", "HEAD", "OPTIONS"].contains(method) { "" } else { "nonsense" };
        let token = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = client.request(token, format!("{}{}", self.base, route.path));
        let from = Ipv4Addr::from_bits(CLIENTS.fetch_add(1, Ordering::Relaxed));
        request = request.header("x-forwarded-for", from.to_string());
        request = request.header("accept", if *page { HTML } else { "application/json" });
        if !body.is_empty() {
            request = request.header("content-type", "text/plain");
        }
        let path = route.path.split('?').next().unwrap_or_default();
        let sent = (asker.headers)(method, path, body);
        for (name, value) in self.always.iter().cloned().chain(sent) {
            request = request.header(name, value);
        }
        let answer = request.body(body).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{at}: {error}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, text: answer.text().await.unwrap_or_default() }
    }

    /// What is wrong with an answer.
    fn faults<W>(
        &self,
        answer: &Answer,
        question: &Question<'_, W>,
        expected: Expected,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{what}, not {}", answer.status));
            }
        };
        match expected {
            Expected::Status(any) => {
                demand(any.contains(&answer.status), &format!("one of {any:?}"));
            }
            Expected::Error(status, code) => {
                demand(answer.status == status, &format!("{status}"));
                demand(answer.is_error(code, question), &format!("the body of {code}"));
            }
            Expected::SeeOther(location) => {
                let is_there = answer.status == 303 && answer.header("location") == location;
                demand(is_there, &format!("303 to {location}"));
            }
        }
        let allow = answer.status != 405 || answer.header("allow") == question.route.allow();
        demand(allow, "`Allow`");
        let how = answer.status != 401 || !answer.header("www-authenticate").is_empty();
        demand(how, "`WWW-Authenticate`");
        demand(question.method != "HEAD" || answer.text.is_empty(), "no body");
        demand(!answer.header("x-request-id").is_empty(), "`X-Request-Id`");
        for (name, value) in answer.protection(question.route.path, self.https) {
            let found = answer.header(name);
            demand(found == value, &format!("{name}: {value} and not {found:?}"));
        }
        faults
    }
}

/// An answer, whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether it is a page for a person, or JSON for a program and under `/api/`.
    fn is_error<W>(&self, code: &str, question: &Question<'_, W>) -> bool {
        let kind = self.header("content-type");
        if question.page && !question.route.path.starts_with("/api/") {
            return kind.starts_with("text/html");
        }
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let says = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let told = says("error") == code && !says("message").is_empty();
        kind == "application/json" && (told || question.method == "HEAD")
    }

    /// The headers that the contracts ask of every answer (sections 2, 7 and 12).
    fn protection(&self, path: &str, https: bool) -> Vec<(&'static str, &'static str)> {
        let is_page = self.status == 200 && self.header("content-type").starts_with("text/html");
        let mut all = vec![
            ("content-security-policy", policy::of(path, is_page)),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ];
        // Files and the state of health may be kept; all else differs from one asker to another.
        let is_file = path.contains("/assets/") && self.status < 400;
        if !is_file && !["/healthz", "/metrics"].contains(&path) {
            all.push(("cache-control", "no-store"));
        }
        let has_token = path.contains("?token=");
        all.push(("referrer-policy", if has_token { "no-referrer" } else { "same-origin" }));
        let strict = if https { "max-age=31536000; includeSubDomains" } else { "" };
        all.push(("strict-transport-security", strict));
        all
    }
}
