//! The DevTools protocol over a pipe: JSON messages, each followed by a zero byte.
//!
//! A thread of its own reads, so that the browser can be shared by tests that have a runtime
//! each.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

/// How long the browser may take to answer a command.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a command has no result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommandError {
    /// The browser says no.
    #[error("{method}: {message}")]
    Refused {
        /// The command.
        method: String,
        /// Why.
        message: String,
    },
    /// It has ended, or does not answer.
    #[error("{0}: the browser does not answer")]
    Gone(String),
}

type Outcome = Result<Value, CommandError>;
type Waiting = Box<dyn FnOnce(Outcome) + Send>;
type Listener = Box<dyn Fn(&str, &Value) + Send>;

/// Commands go out here, answers and events come in.
pub(super) struct Connection {
    commands: Mutex<(u64, ChildStdin)>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Who waits for which answer.
    waiting: HashMap<u64, (String, Waiting)>,
    /// Who hears the events of which session.
    listeners: HashMap<String, Listener>,
    /// Whether the browser has ended.
    over: bool,
}

impl Connection {
    /// Starts to read.
    pub(super) fn new(commands: ChildStdin, messages: ChildStdout) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || read(messages, &shared));
        Self { commands: Mutex::new((0, commands)), state }
    }

    /// Sends a command, to a session or to the browser itself, and waits for its result.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Outcome {
        let (answer, answered) = oneshot::channel();
        self.send(session, method, params, Box::new(|outcome| drop(answer.send(outcome))));
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(outcome)) => outcome,
            _ => Err(CommandError::Gone(method.to_owned())),
        }
    }

    /// The same for `drop`, which cannot wait for a future. It blocks the thread.
    pub(super) fn call_now(&self, session: Option<&str>, method: &str, params: Value) -> Outcome {
        let (answer, answered) = mpsc::channel();
        self.send(session, method, params, Box::new(move |outcome| drop(answer.send(outcome))));
        let outcome = answered.recv_timeout(PATIENCE);
        outcome.unwrap_or_else(|_| Err(CommandError::Gone(method.to_owned())))
    }

    /// From now on `listener` is told each event of a session: its name and what it says. It
    /// runs on the reading thread and must not wait.
    pub(super) fn listen(&self, session: &str, listener: Listener) {
        lock(&self.state).listeners.insert(session.to_owned(), listener);
    }

    /// Nobody hears that session any more.
    pub(super) fn forget(&self, session: &str) {
        let listener = lock(&self.state).listeners.remove(session);
        drop(listener);
    }

    fn send(&self, session: Option<&str>, method: &str, params: Value, waiting: Waiting) {
        let mut commands = lock(&self.commands);
        commands.0 += 1;
        let id = commands.0;
        {
            let mut state = lock(&self.state);
            if state.over {
                drop(state);
                return waiting(Err(CommandError::Gone(method.to_owned())));
            }
            state.waiting.insert(id, (method.to_owned(), waiting));
        }
        let mut message = json!({"id": id, "method": method, "params": params});
        if let (Some(session), Some(message)) = (session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), session.into());
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        // Where this fails the browser has ended, and the reading thread tells those who wait.
        let _ = commands.1.write_all(&bytes).and_then(|()| commands.1.flush());
    }
}

fn read(messages: ChildStdout, state: &Mutex<State>) {
    let mut messages = BufReader::with_capacity(1 << 16, messages);
    let mut message = Vec::new();
    loop {
        message.clear();
        match messages.read_until(0, &mut message) {
            Ok(length) if length > 0 => {}
            _ => break,
        }
        message.pop();
        if let Ok(message) = serde_json::from_slice(&message) {
            hand_on(message, state);
        }
    }
    let waiting = {
        let mut state = lock(state);
        state.over = true;
        std::mem::take(&mut state.waiting)
    };
    for (method, waiting) in waiting.into_values() {
        waiting(Err(CommandError::Gone(method)));
    }
}

fn hand_on(mut message: Value, state: &Mutex<State>) {
    if let Some(id) = message.get("id").and_then(Value::as_u64) {
        let Some((method, waiting)) = lock(state).waiting.remove(&id) else { return };
        waiting(match message.pointer("/error/message").and_then(Value::as_str) {
            Some(error) => Err(CommandError::Refused { method, message: error.to_owned() }),
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
        });
        return;
    }
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let (Some(session), Some(method)) = (text("sessionId"), text("method")) else { return };
    if let Some(listener) = lock(state).listeners.get(session) {
        listener(method, message.get("params").unwrap_or(&Value::Null));
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that fails must not take the others with it.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
