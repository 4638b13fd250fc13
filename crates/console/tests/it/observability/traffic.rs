//! A little of everything: what leaves a trace in each metric.

use serde_json::json;
use test_support::postmark::report;
use test_support::wait::eventually;

use super::scrape::Scrape;
use crate::helpers::{Ask, Client, System};

const SECRET: &str = "webhook-secret-of-the-tests";
/// Whom it is about. Nothing of it may be told.
pub const EMAIL: &str = "grace@example.com";

/// A system in which a tester was invited, accepted, broke off, was reset and signed up, and whose
/// mail came back.
pub async fn busy(console: &[(&'static str, &str)], raptor: &[(&'static str, &str)]) -> System {
    let mut given = vec![("POSTMARK_WEBHOOK_SECRET", SECRET)];
    given.extend(console);
    let system = System::start_as(&given, raptor).await;
    system.console.switch_ghost_reset(true).await;
    let operator = system.console.enrol("superadmin").await;
    let invited = operator.client.invite(EMAIL, "Grace Hopper").await.json();
    let tester = invited["tester_id"].as_i64().unwrap();
    let token = accept_newest(&system).await;
    assert_eq!(system.raptor.begin(&token).await.status, 200);
    let broken = json!({"token": token, "error": "NotAllowedError", "elapsed_ms": 1200});
    let path = "/api/auth/register/report";
    assert_eq!(system.raptor.client.post(path, &broken).await.status, 204);
    let ago = "UPDATE users SET created_at = created_at - interval '10 minutes'";
    system.raptor.sql(ago).await;
    let reset = operator.client.ghost_reset(tester).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    let token = accept_newest(&system).await;
    assert_eq!(system.raptor.sign_up(&token).await.status, 200);
    let again = system.raptor.begin(&token).await;
    again.assert_error(400, "invalid_signup_link");
    let bounce = report::bounce("00000000-0000-0000-0000-000000000000", EMAIL, "HardBounce", 1);
    let basic = "Basic cG9zdG1hcms6d2ViaG9vay1zZWNyZXQtb2YtdGhlLXRlc3Rz";
    let bounce = Ask::json("/api/webhooks/postmark", &bounce).header("authorization", basic);
    assert_eq!(system.console.client.send(bounce).await.status, 200);
    measured(&system).await;
    system
}

/// Both have read what comes from their databases, the figures included.
async fn measured(system: &System) {
    let seen = async |client: &Client, name: &'static str| {
        let look = async || Scrape::of(client).await.0.contains_key(name).then_some(());
        eventually(name, look).await;
    };
    seen(&system.console.client, "beta_testers").await;
    for client in [&system.console.client, &system.raptor.client] {
        seen(client, "audit_unsealed_oldest_seconds").await;
    }
}

async fn accept_newest(system: &System) -> String {
    let mails = system.postmark.mails_to(EMAIL);
    system.raptor.accept(mails.last().unwrap().link("/walkthrough").unwrap()).await
}
