//! Mail: what is not accepted is tried again until the link ends, by one process at a time.

mod answers;
mod outbox;

use serde_json::Value;
use test_support::postmark::Outcome;

use crate::helpers::{System, TestApp};

const EMAIL: &str = "ada@example.com";
const REFUSED: Outcome = Outcome::Refuse { status: 500, error_code: 0 };

/// Invites Ada; the mail's row.
async fn invite(system: &System) -> Value {
    let operator = system.console.enrol("superadmin").await;
    assert_eq!(operator.client.invite(EMAIL, "Ada").await.status, 201);
    mail(&system.console).await
}

/// The newest row of the outbox.
async fn mail(app: &TestApp) -> Value {
    app.rows("SELECT * FROM mail_outbox ORDER BY id DESC LIMIT 1").await[0].clone()
}
