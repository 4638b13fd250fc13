//! A proxy between two services that a test can make misbehave, path by path.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};

use crate::hold::{Gate, Held, Verdict, gate};
use crate::http_server::{Answer, HttpServer, Reply, SeenRequest};

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Rule {
    /// It is forwarded and answered as the target answers.
    Pass,
    /// It is answered by the proxy; the target never sees it.
    Answer(Answer),
    /// Its connection is closed; the target never sees it.
    Cut,
    /// It is forwarded, and the target's answer is thrown away: the connection is closed.
    CutAnswer,
    /// It is forwarded, and the target's answer replaced by this one.
    ReplaceAnswer(Answer),
}

#[derive(Debug)]
enum Step {
    Rule(Rule),
    HoldRequest(Gate),
    HoldAnswer(Gate),
}

#[derive(Debug)]
struct State {
    /// Asked in turn.
    targets: VecDeque<String>,
    once: HashMap<String, VecDeque<Step>>,
    always: HashMap<String, Rule>,
    seen: Vec<SeenRequest>,
}

/// A proxy on a free port of 127.0.0.1. It forwards method, path, query, body and headers;
/// where the target cannot be reached it closes the connection, as the target's own port
/// would.
#[derive(Debug)]
pub struct HttpProxy {
    server: HttpServer,
    state: Arc<Mutex<State>>,
}

impl HttpProxy {
    /// Starts it in front of `target`, a base URL without a slash at the end.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    #[must_use]
    pub fn start(target: impl Into<String>) -> Self {
        let state = Arc::new(Mutex::new(State {
            targets: VecDeque::from([target.into()]),
            once: HashMap::new(),
            always: HashMap::new(),
            seen: Vec::new(),
        }));
        let client = reqwest::Client::builder()
            .no_proxy()
            // None is kept: one that the target has just closed would look like a target that
            // is away.
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        let shared = Arc::clone(&state);
        let server = HttpServer::start(move |request| {
            let (client, state) = (client.clone(), Arc::clone(&shared));
            async move { handle(&client, &state, request).await }
        });
        Self { server, state }
    }

    /// Its base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Forwards to another target from now on; for a target that comes back on another
    /// port.
    pub fn set_target(&self, target: impl Into<String>) {
        self.state().targets = VecDeque::from([target.into()]);
    }

    /// Forwards to each of these in turn, as a router does with several processes of a service.
    pub fn set_targets(&self, targets: impl IntoIterator<Item = String>) {
        self.state().targets = targets.into_iter().collect();
    }

    /// What becomes of the next request to that path that nothing else is said of yet.
    /// Several calls queue up.
    pub fn once(&self, path: &str, rule: Rule) {
        self.queue(path, Step::Rule(rule));
    }

    /// What becomes of every request to that path, after those of [`Self::once`] and the
    /// holds. [`Rule::Pass`] takes it back.
    pub fn always(&self, path: &str, rule: Rule) {
        self.state().always.insert(path.to_owned(), rule);
    }

    /// Holds the next request to that path before the target sees it. Released, it is
    /// forwarded, even if the client has gone by then.
    #[must_use]
    pub fn hold_request(&self, path: &str) -> Held {
        let (held, gate) = gate();
        self.queue(path, Step::HoldRequest(gate));
        held
    }

    /// Forwards the next request to that path and holds the answer; it has "arrived" when
    /// the target has answered in full.
    #[must_use]
    pub fn hold_answer(&self, path: &str) -> Held {
        let (held, gate) = gate();
        self.queue(path, Step::HoldAnswer(gate));
        held
    }

    /// All requests that arrived here so far, whatever became of them.
    #[must_use]
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.state().seen.clone()
    }

    /// The same of one path.
    #[must_use]
    pub fn seen_at(&self, path: &str) -> Vec<SeenRequest> {
        self.state().seen.iter().filter(|request| request.path == path).cloned().collect()
    }

    fn queue(&self, path: &str, step: Step) {
        self.state().once.entry(path.to_owned()).or_default().push_back(step);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("nobody panics with the proxy's state in hand")
}

fn note(state: &Mutex<State>, request: &SeenRequest) -> Step {
    let mut state = lock(state);
    state.seen.push(request.clone());
    let once = state.once.get_mut(&request.path).and_then(VecDeque::pop_front);
    once.unwrap_or_else(|| {
        Step::Rule(state.always.get(&request.path).cloned().unwrap_or(Rule::Pass))
    })
}

/// Whose turn it is.
fn next_target(state: &Mutex<State>) -> String {
    let mut state = lock(state);
    if !state.targets.is_empty() {
        state.targets.rotate_left(1);
    }
    state.targets.back().cloned().unwrap_or_default()
}

async fn handle(client: &reqwest::Client, state: &Mutex<State>, request: SeenRequest) -> Reply {
    match note(state, &request) {
        Step::Rule(Rule::Pass) => forward(client, state, request).await,
        Step::Rule(Rule::Answer(answer)) => Some(answer),
        Step::Rule(Rule::Cut) => None,
        Step::Rule(Rule::CutAnswer) => {
            forward(client, state, request).await;
            None
        }
        Step::Rule(Rule::ReplaceAnswer(answer)) => {
            forward(client, state, request).await;
            Some(answer)
        }
        Step::HoldRequest(gate) => match gate.pass().await {
            Verdict::Release => forward(client, state, request).await,
            Verdict::Cut => None,
        },
        Step::HoldAnswer(gate) => {
            let reply = forward(client, state, request).await;
            match gate.pass().await {
                Verdict::Release => reply,
                Verdict::Cut => None,
            }
        }
    }
}

async fn forward(client: &reqwest::Client, state: &Mutex<State>, request: SeenRequest) -> Reply {
    let mut url = format!("{}{}", next_target(state), request.path);
    if let Some(query) = &request.query {
        url.push('?');
        url.push_str(query);
    }
    let mut headers = request.headers;
    for of_this_hop in [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING] {
        headers.remove(of_this_hop);
    }
    let forwarded = client.request(request.method, url).headers(headers).body(request.body);
    let answer = forwarded.send().await.ok()?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for of_this_hop in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(of_this_hop);
    }
    Some(Answer { status, headers, body: answer.bytes().await.ok()? })
}

#[cfg(test)]
mod tests;
