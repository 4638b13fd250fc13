//! Postmark's webhook: who may report, and what becomes of a mail by it.

mod access;
mod bodies;
mod logged;
mod reports;
mod undelivered;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::helpers::{Ask, Reply, System, TestApp};

const PATH: &str = "/api/webhooks/postmark";
const SECRET: &str = "webhook-secret: of the tests";
const EMAIL: &str = "ada@example.com";
/// A message that no mail of ours has.
const UNKNOWN: &str = "00000000-0000-0000-0000-000000000000";

/// A whole system whose Console knows the password.
async fn system() -> System {
    System::start_with(&[("POSTMARK_WEBHOOK_SECRET", SECRET)]).await
}

/// A Console alone that knows the password.
async fn console() -> TestApp {
    TestApp::start_with(&[("POSTMARK_WEBHOOK_SECRET", SECRET)]).await
}

/// The header for these credentials.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Posts a report as Postmark does.
async fn report(app: &TestApp, body: &Value) -> Reply {
    app.client.send(Ask::json(PATH, body).header("authorization", basic("any", SECRET))).await
}

/// The same, and it is understood.
async fn reported(app: &TestApp, body: &Value) {
    let answer = report(app, body).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"status": "ok"})), "{body}");
}

/// The tester's newest mail as the Console's JSON has it.
async fn newest_mail(operator: &crate::helpers::Operator, tester: i64) -> Value {
    operator.client.tester(tester).await.json()["mails"][0].clone()
}
