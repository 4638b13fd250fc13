//! Everything that goes wrong in a tab, whether or not a test looks at it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// What a tab's session has reported so far.
#[derive(Debug, Default)]
pub(super) struct Watch {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Whom the pages may ask; everybody, while it is empty.
    origins: Vec<String>,
    /// The addresses of requests, by the browser's own number.
    requests: HashMap<String, String>,
    problems: Vec<String>,
    expected: Vec<String>,
    /// Whether JavaScript is switched off.
    scriptless: bool,
}

impl Watch {
    /// The pages may ask these origins and nobody else.
    pub(super) fn allow(&self, origins: &[String]) {
        self.lock().origins.extend_from_slice(origins);
    }

    /// JavaScript is switched off, or on again.
    pub(super) fn scripts(&self, on: bool) {
        self.lock().scriptless = !on;
    }

    /// A problem with these words in it is none.
    pub(super) fn expect(&self, words: &str) {
        self.lock().expected.push(words.to_owned());
    }

    /// What went wrong and was not expected.
    pub(super) fn problems(&self) -> Vec<String> {
        let seen = self.lock();
        let is_expected = |problem: &&String| {
            !seen.expected.iter().any(|expected| problem.contains(expected.as_str()))
        };
        seen.problems.iter().filter(is_expected).cloned().collect()
    }

    /// Notes an event.
    pub(super) fn note(&self, method: &str, event: &Value) {
        let mut seen = self.lock();
        match method {
            "Network.requestWillBeSent" => seen.request(event),
            "Network.loadingFailed" => seen.failed(event),
            "Runtime.consoleAPICalled" => seen.console(event),
            "Runtime.exceptionThrown" => {
                let details = event.get("exceptionDetails").unwrap_or(event);
                seen.problem(format!("exception: {}", exception(details)));
            }
            "Log.entryAdded" => seen.log(event.get("entry").unwrap_or(event)),
            "Audits.issueAdded" => seen.issue(event.get("issue").unwrap_or(event)),
            "Page.javascriptDialogOpening" => {
                seen.problem(format!("dialog: {}", text(event, "/message")));
            }
            "Inspector.targetCrashed" => seen.problem("the tab has crashed".to_owned()),
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    fn request(&mut self, event: &Value) {
        let url = text(event, "/request/url");
        let remote =
            ["http:", "https:", "ws:", "wss:"].iter().any(|scheme| url.starts_with(scheme));
        let ours = self.origins.iter().any(|origin| {
            url.strip_prefix(origin.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        });
        if remote && !ours && !self.origins.is_empty() {
            self.problem(format!("request to another origin: {url}"));
        }
        self.requests.insert(text(event, "/requestId"), url);
    }

    fn failed(&mut self, event: &Value) {
        // The person went on to another page.
        if event.get("canceled").and_then(Value::as_bool) == Some(true) {
            return;
        }
        // Without JavaScript the browser refuses to fetch a module ahead.
        let reason = text(event, "/blockedReason");
        if self.scriptless && text(event, "/type") == "Script" && reason == "csp" {
            return;
        }
        let url = self.requests.get(&text(event, "/requestId")).cloned().unwrap_or_default();
        let reason = [text(event, "/errorText"), reason].join(" ");
        self.problem(format!("request failed: {url}: {}", reason.trim()));
    }

    fn console(&mut self, event: &Value) {
        let kind = text(event, "/type");
        if !["error", "warning", "assert"].contains(&kind.as_str()) {
            return;
        }
        let arguments = event.get("args").and_then(Value::as_array).cloned().unwrap_or_default();
        let said: Vec<String> = arguments.iter().map(spoken).collect();
        self.problem(format!("console {kind}: {}", said.join(" ")));
    }

    fn log(&mut self, entry: &Value) {
        let level = text(entry, "/level");
        if level == "error" || level == "warning" {
            let (source, said) = (text(entry, "/source"), text(entry, "/text"));
            self.problem(format!("{source} {level}: {said} {}", text(entry, "/url")));
        }
    }

    fn issue(&mut self, issue: &Value) {
        let code = text(issue, "/code");
        if ["ContentSecurityPolicyIssue", "MixedContentIssue"].contains(&code.as_str()) {
            let details = issue.get("details").unwrap_or(&Value::Null);
            self.problem(format!("{code}: {details}"));
        }
    }
}

/// What an exception says.
pub(super) fn exception(details: &Value) -> String {
    let description = text(details, "/exception/description");
    if description.is_empty() { text(details, "/text") } else { description }
}

/// An argument of `console.error`.
fn spoken(argument: &Value) -> String {
    let value = argument.get("value").map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    value.unwrap_or_else(|| text(argument, "/description"))
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
