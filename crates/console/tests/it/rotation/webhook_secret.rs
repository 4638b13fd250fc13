//! `POSTMARK_WEBHOOK_SECRET`: Postmark sends one password, and we accept two for a while.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use test_support::postmark::report::delivery;

use super::{Fleet, Stream};
use crate::helpers::{Ask, Client};

const SECRET: &str = "POSTMARK_WEBHOOK_SECRET";
const PREVIOUS: &str = "POSTMARK_WEBHOOK_SECRET_PREVIOUS";
const OLD: &str = "the-old-password-of-the-webhook";
const NEW: &str = "the-new-password-of-the-webhook";

async fn report(client: &Client, password: &str) -> u16 {
    let body = delivery("883953f4-6105-42a2-a16a-77a8eac79483", "ada@example.com");
    let basic = format!("Basic {}", STANDARD.encode(format!("postmark:{password}")));
    client
        .send(Ask::json("/api/webhooks/postmark", &body).header("authorization", basic))
        .await
        .status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_webhooks_password_is_rotated_and_no_report_is_refused() {
    let mut fleet = Fleet::start_with(&[(SECRET, OLD)]).await;
    let client = fleet.people.system.console.client.clone();
    let at_postmark = Arc::new(Mutex::new(OLD));
    let (asking, password) = (client.clone(), Arc::clone(&at_postmark));
    let mut stream = Stream::begin(move |_| {
        let (client, password) = (asking.clone(), *password.lock().unwrap());
        async move { assert_eq!(report(&client, password).await, 200) }
    });
    fleet.roll_console(&mut stream, &[(SECRET, NEW), (PREVIOUS, OLD)]).await;
    *at_postmark.lock().unwrap() = NEW;
    stream.goes_on(2).await;
    fleet.roll_console(&mut stream, &[(PREVIOUS, "")]).await;
    assert_eq!(report(&client, OLD).await, 401);
    assert!(stream.end().await > 6);
    // Without a current password there is no webhook, whatever the one before was.
    fleet.roll_console(&mut Stream::idle(), &[(SECRET, ""), (PREVIOUS, OLD)]).await;
    assert_eq!(report(&client, OLD).await, 404);
}
