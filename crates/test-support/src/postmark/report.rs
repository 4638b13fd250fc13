//! What Postmark posts to a webhook, as its developer documentation describes it
//! (<https://postmarkapp.com/developer/webhooks/webhooks-overview>).

use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(10);
/// When the reports say that it happened.
const AT: &str = "2026-06-12T10:00:00.4906912Z";

/// The receiving server took the mail.
#[must_use]
pub fn delivery(message_id: &str, recipient: &str) -> Value {
    json!({
        "RecordType": "Delivery",
        "MessageStream": "outbound",
        "ServerID": 1_234_567,
        "MessageID": message_id,
        "Recipient": recipient,
        "Tag": "",
        "DeliveredAt": AT,
        "Details": "smtp;250 2.0.0 OK 1480624905 mx.example.com",
        "Metadata": {},
    })
}

/// Something came back: a bounce of that type (`HardBounce`, `Transient`, …) and number.
#[must_use]
pub fn bounce(message_id: &str, recipient: &str, kind: &str, id: i64) -> Value {
    let inactive = matches!(kind, "HardBounce" | "BadEmailAddress" | "ManuallyDeactivated");
    json!({
        "RecordType": "Bounce",
        "MessageStream": "outbound",
        "ServerID": 1_234_567,
        "ID": id,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Bounce",
        "Tag": "",
        "MessageID": message_id,
        "Metadata": {},
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 There is no such mailbox",
        "Email": recipient,
        "From": "beta@example.com",
        "BouncedAt": AT,
        "DumpAvailable": true,
        "Inactive": inactive,
        "CanActivate": true,
        "Subject": "Welcome",
    })
}

/// The mail was reported as spam, under that number.
#[must_use]
pub fn spam_complaint(message_id: &str, recipient: &str, id: i64) -> Value {
    let mut report = bounce(message_id, recipient, "SpamComplaint", id);
    let differs = [
        ("RecordType", json!("SpamComplaint")),
        ("TypeCode", json!(512)),
        ("Name", json!("Spam complaint")),
        ("Description", json!("")),
        ("Details", json!("The recipient pressed the button")),
        ("Inactive", json!(true)),
        ("CanActivate", json!(false)),
    ];
    if let Value::Object(members) = &mut report {
        members.extend(differs.map(|(name, value)| (name.to_owned(), value)));
    }
    report
}

/// The report, as of something that happened at `time` (RFC 3339).
#[must_use]
pub fn at(mut report: Value, time: &str) -> Value {
    for name in ["DeliveredAt", "BouncedAt"] {
        if let Some(member) = report.get_mut(name) {
            *member = json!(time);
        }
    }
    report
}

/// Posts a report as Postmark does: JSON, with the password of the webhook by HTTP Basic. Gives
/// the status of the answer.
///
/// # Errors
/// Where there is no answer.
pub async fn post(url: &str, password: &str, report: &Value) -> reqwest::Result<u16> {
    let client = reqwest::Client::builder().no_proxy().timeout(LIMIT).build()?;
    let request = client.post(url).basic_auth("postmark", Some(password)).json(report);
    Ok(request.send().await?.status().as_u16())
}
