//! `POST /email`, as Postmark's developer documentation describes it
//! (<https://postmarkapp.com/developer/api/email-api>).

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use service_kit::http::body::JsonBody;
use test_support::postmark::report;

use super::Mailbox;
use super::mail::{Mail, Note};
use crate::demo::settings::Webhook;

/// The members that the mailbox shows.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sent {
    from: String,
    to: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text_body: Option<String>,
    #[serde(default)]
    html_body: Option<String>,
}

/// Where nobody has a mailbox: what is sent there bounces.
const NOBODY: &str = "@bounce.example.org";

/// Whether mails to that address come back.
pub(in crate::demo) fn bounces(address: &str) -> bool {
    address.trim_end_matches('>').ends_with(NOBODY)
}

/// Takes every mail of the Console.
pub(super) async fn receive(
    request: HttpRequest,
    mailbox: web::Data<Mailbox>,
    JsonBody(sent): JsonBody<Sent>,
) -> HttpResponse {
    let token = request.headers().get("x-postmark-server-token");
    if token.is_none_or(|token| token.as_bytes() != mailbox.postmark_token.as_bytes()) {
        let message = "Request does not contain a valid Server token.";
        return HttpResponse::Unauthorized().json(json!({"ErrorCode": 10, "Message": message}));
    }
    let received_at = mailbox.clock.now();
    let message_id = uuid::Uuid::new_v4().to_string();
    let answer = json!({
        "To": sent.to,
        "SubmittedAt": received_at,
        "MessageID": message_id,
        "ErrorCode": 0,
        "Message": "OK",
    });
    let to = sent.to.clone();
    let notes = if bounces(&to) { vec![came_back(received_at)] } else { Vec::new() };
    mailbox.put(|number| Mail {
        number,
        received_at,
        from: sent.from,
        to: sent.to,
        subject: sent.subject,
        text: sent.text_body.unwrap_or_default(),
        html: sent.html_body.unwrap_or_default(),
        notes,
        open_signup: None,
    });
    // The Console may hear of it before it has this answer, as with Postmark.
    let webhook = mailbox.webhook.clone();
    actix_web::rt::spawn(tell(webhook, what_became_of(&message_id, &to, received_at)));
    HttpResponse::Ok().json(answer)
}

fn came_back(at: DateTime<Utc>) -> Note {
    let words = "Nobody has this mailbox, so the mail came back and the Console was told.";
    Note { at, good: false, words: words.to_owned() }
}

/// What Postmark would report of a mail that it took.
fn what_became_of(message_id: &str, to: &str, at: DateTime<Utc>) -> Value {
    let report = if bounces(to) {
        report::bounce(message_id, to, "HardBounce", 1)
    } else {
        report::delivery(message_id, to)
    };
    report::at(report, &at.to_rfc3339())
}

/// Reports it. Should the Console be gone, nobody is left to be told.
async fn tell(webhook: Webhook, report: Value) {
    let _ = report::post(&webhook.url, &webhook.password, &report).await;
}
