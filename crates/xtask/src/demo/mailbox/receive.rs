//! `POST /email`, as Postmark's developer documentation describes it
//! (<https://postmarkapp.com/developer/api/email-api>).

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use service_kit::http::body::JsonBody;

use super::Mailbox;
use super::mail::Mail;

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
    let answer = json!({
        "To": sent.to,
        "SubmittedAt": received_at,
        "MessageID": uuid::Uuid::new_v4(),
        "ErrorCode": 0,
        "Message": "OK",
    });
    mailbox.put(|number| Mail {
        number,
        received_at,
        from: sent.from,
        to: sent.to,
        subject: sent.subject,
        text: sent.text_body.unwrap_or_default(),
        html: sent.html_body.unwrap_or_default(),
        notes: Vec::new(),
        open_signup: None,
    });
    HttpResponse::Ok().json(answer)
}
