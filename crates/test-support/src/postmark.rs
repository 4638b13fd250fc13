//! A stand-in for Postmark's `POST /email`, as its developer documentation describes it
//! (<https://postmarkapp.com/developer/api/email-api>).

pub mod report;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::hold::{Gate, Held, Verdict, gate};
use crate::http_server::{Answer, HttpServer, Reply, SeenRequest};
use crate::wait;

/// A mail that Postmark has accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// `From`, as it was sent.
    pub from: String,
    /// `To`, as it was sent.
    pub to: String,
    /// `Subject`.
    pub subject: String,
    /// `HtmlBody`; empty where there was none.
    pub html_body: String,
    /// `TextBody`; empty where there was none.
    pub text_body: String,
    /// The id that was answered.
    pub message_id: String,
    /// The whole body of the request.
    pub raw: Value,
}

impl Mail {
    /// The first link in the text body that contains `part`.
    #[must_use]
    pub fn link(&self, part: &str) -> Option<&str> {
        self.text_body
            .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .find(|word| word.starts_with("http") && word.contains(part))
    }
}

/// How a good request is answered. A bad one (wrong token, no JSON, a member missing) is
/// refused whatever was said.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Accepted.
    Accept,
    /// Refused with a status and an `ErrorCode` of Postmark's: 422 and 406 is an inactive
    /// recipient, 422 and 300 an invalid request.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// `ErrorCode`.
        error_code: i64,
    },
    /// Not accepted, and answered with something else: [`Answer::garbage`], or a 500.
    Answer(Answer),
    /// Not accepted, and the connection is closed.
    Cut,
    /// Accepted, but the connection is closed before the answer.
    AcceptAndCut,
}

#[derive(Debug)]
enum Step {
    Outcome(Outcome),
    Hold(Gate),
    HoldAnswer(Gate),
}

#[derive(Debug)]
struct State {
    /// The first is the one to be used; like Postmark's own server it may have others.
    tokens: Vec<String>,
    once: VecDeque<Step>,
    always: Outcome,
    requests: Vec<SeenRequest>,
    mails: Vec<Mail>,
    accepted: watch::Sender<usize>,
}

/// The stand-in, on a free port of 127.0.0.1. Stopped on drop.
#[derive(Debug)]
pub struct Postmark {
    server: HttpServer,
    state: Arc<Mutex<State>>,
}

impl Postmark {
    /// Starts it with a server token of its own; it accepts until told otherwise.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            tokens: vec![uuid::Uuid::new_v4().to_string()],
            once: VecDeque::new(),
            always: Outcome::Accept,
            requests: Vec::new(),
            mails: Vec::new(),
            accepted: watch::Sender::new(0),
        }));
        let shared = Arc::clone(&state);
        let server = HttpServer::start(move |request| {
            let state = Arc::clone(&shared);
            async move { handle(&state, request).await }
        });
        Self { server, state }
    }

    /// For `POSTMARK_API_URL`: the base to which `/email` is added.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// For `POSTMARK_SERVER_TOKEN`.
    #[must_use]
    pub fn server_token(&self) -> String {
        self.state().tokens.first().cloned().unwrap_or_default()
    }

    /// Adds a server token beside those it has, as on Postmark's page of them; it is the one that
    /// [`Self::server_token`] gives from now on.
    #[must_use]
    pub fn add_server_token(&self) -> String {
        let token = uuid::Uuid::new_v4().to_string();
        self.state().tokens.insert(0, token.clone());
        token
    }

    /// Deletes a server token: who uses it is refused.
    pub fn delete_server_token(&self, token: &str) {
        self.state().tokens.retain(|live| live != token);
    }

    /// How the next good request is answered that nothing else is said of yet. Several
    /// calls queue up.
    pub fn once(&self, outcome: Outcome) {
        self.state().once.push_back(Step::Outcome(outcome));
    }

    /// How every good request is answered, after those of [`Self::once`] and the holds.
    pub fn always(&self, outcome: Outcome) {
        self.state().always = outcome;
    }

    /// Holds the next good request. Released, its mail is accepted, even if the sender has
    /// gone by then; cut, it is not.
    #[must_use]
    pub fn hold(&self) -> Held {
        let (held, gate) = gate();
        self.state().once.push_back(Step::Hold(gate));
        held
    }

    /// Accepts the next good request and holds the answer.
    #[must_use]
    pub fn hold_answer(&self) -> Held {
        let (held, gate) = gate();
        self.state().once.push_back(Step::HoldAnswer(gate));
        held
    }

    /// The mails accepted so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    /// The same to one address.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.state().mails.iter().filter(|mail| mail.to.contains(address)).cloned().collect()
    }

    /// All requests that arrived so far, whatever became of them.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.state().requests.clone()
    }

    /// Waits until `count` mails have been accepted in all, and returns all there are.
    ///
    /// # Panics
    ///
    /// When there are fewer after [`wait::PATIENCE`].
    pub async fn wait_for_mail(&self, count: usize) -> Vec<Mail> {
        let mut accepted = self.state().accepted.subscribe();
        let enough = accepted.wait_for(|accepted| *accepted >= count);
        let enough = wait::within(&format!("{count} mails are accepted"), enough).await;
        assert!(enough.is_ok(), "the stand-in is there as long as we are");
        self.mails()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("nobody panics with the stand-in's state in hand")
}

async fn handle(state: &Mutex<State>, request: SeenRequest) -> Reply {
    let (mail, step) = {
        let mut state = lock(state);
        state.requests.push(request.clone());
        let mail = match read(&request, &state.tokens) {
            Ok(mail) => mail,
            Err((status, error_code, message)) => return Some(refuse(status, error_code, message)),
        };
        let step = state.once.pop_front();
        (mail, step.unwrap_or_else(|| Step::Outcome(state.always.clone())))
    };
    match step {
        Step::Outcome(Outcome::Accept) => Some(accept(state, mail)),
        Step::Outcome(Outcome::Refuse { status, error_code }) => {
            Some(refuse(status, error_code, "Refused by the stand-in."))
        }
        Step::Outcome(Outcome::Answer(answer)) => Some(answer),
        Step::Outcome(Outcome::Cut) => None,
        Step::Outcome(Outcome::AcceptAndCut) => {
            accept(state, mail);
            None
        }
        Step::Hold(gate) => match gate.pass().await {
            Verdict::Release => Some(accept(state, mail)),
            Verdict::Cut => None,
        },
        Step::HoldAnswer(gate) => {
            let answer = accept(state, mail);
            (gate.pass().await == Verdict::Release).then_some(answer)
        }
    }
}

/// The mail of a request, or how Postmark refuses what is no mail: status, `ErrorCode` and
/// message.
fn read(request: &SeenRequest, tokens: &[String]) -> Result<Mail, (u16, i64, &'static str)> {
    if (request.method.as_str(), request.path.as_str()) != ("POST", "/email") {
        return Err((404, 0, "There is nothing here."));
    }
    let token = request.header("x-postmark-server-token").unwrap_or_default();
    if tokens.iter().all(|live| live != token) {
        return Err((401, 10, "Request does not contain a valid Server token."));
    }
    let is_json = |value: &str| value.starts_with("application/json");
    if !request.header("content-type").is_some_and(is_json) {
        return Err((415, 0, "The content type must be JSON."));
    }
    let raw: Value = serde_json::from_slice(&request.body)
        .map_err(|_| (422, 402, "Received invalid JSON input."))?;
    let text = |name: &str| raw.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mail = Mail {
        from: text("From"),
        to: text("To"),
        subject: text("Subject"),
        html_body: text("HtmlBody"),
        text_body: text("TextBody"),
        message_id: uuid::Uuid::new_v4().to_string(),
        raw: Value::Null,
    };
    let addressed = mail.from.contains('@') && mail.to.contains('@');
    if !addressed || mail.html_body.is_empty() && mail.text_body.is_empty() {
        return Err((422, 300, "Invalid 'From' or 'To' address, or no body."));
    }
    Ok(Mail { raw, ..mail })
}

fn accept(state: &Mutex<State>, mail: Mail) -> Answer {
    #[expect(clippy::disallowed_methods, reason = "no part of our services: Postmark's own clock")]
    let now = chrono::Utc::now();
    let answer = json!({
        "To": mail.to,
        "SubmittedAt": now.to_rfc3339(),
        "MessageID": mail.message_id,
        "ErrorCode": 0,
        "Message": "OK",
    });
    let mut state = lock(state);
    state.mails.push(mail);
    let count = state.mails.len();
    state.accepted.send_replace(count);
    Answer::json(200, &answer)
}

fn refuse(status: u16, error_code: i64, message: &str) -> Answer {
    Answer::json(status, &json!({"ErrorCode": error_code, "Message": message}))
}

#[cfg(test)]
mod tests;
