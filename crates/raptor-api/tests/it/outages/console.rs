//! The Console, as Raptor sees it: whatever it says instead of an answer, nobody becomes a ghost.

use ghost_contracts::console::{WALKTHROUGH_CONSUME_PATH, WALKTHROUGH_VERIFY_PATH};
use serde_json::json;
use test_support::raw_server::{Raw, RawServer};
use test_support::wait::within;

use super::EMAIL;
use crate::helpers::{Ask, Reply, TestApp};

const TOKEN: &str = "head.body.tail";

fn usable() -> Raw {
    Raw::json(
        200,
        &json!({"valid": true, "email": EMAIL, "name": "Ada", "nda_version": "2026-06",
                "nda_text": "All of it.", "nda_acknowledged": false, "of_tomorrow": 1}),
    )
}

fn consumed() -> Raw {
    Raw::json(200, &json!({"email": EMAIL, "name": "Ada", "of_tomorrow": 1}))
}

fn nonsense(trap: &str) -> Vec<(&'static str, Raw)> {
    vec![
        ("garbage", Raw::whole(200, "", "<!doctype html><title>Welcome to the Wi-Fi</title>")),
        ("another shape", Raw::json(200, &json!({"valid": 7, "email": ["x"]}))),
        ("nothing", Raw::whole(200, "", "")),
        ("an error", Raw::json(500, &json!({"error": "internal", "message": "No."}))),
        ("a refused secret", Raw::json(401, &json!({"error": "unauthorized"}))),
        ("a cut", Raw::cut(200, r#"{"valid": true, "email": "ada@example.com""#)),
        ("half a line", Raw::Bytes(b"HTTP/1.1 20".to_vec())),
        ("no HTTP", Raw::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())),
        ("no end", Raw::endless(r#"{"valid": true, "email": "ada@example.com""#)),
        ("a redirect", Raw::redirect(trap)),
    ]
}

async fn open(app: &TestApp) -> Reply {
    app.client.page(&format!("/walkthrough?token={TOKEN}")).await
}

async fn accept(app: &TestApp) -> Reply {
    let body = format!("token={TOKEN}&nda_version=2026-06&nda_accepted=true");
    let form = Ask::post("/walkthrough", "application/x-www-form-urlencoded", body);
    app.client.send(form.html()).await
}

#[track_caller]
fn assert_try_again(page: &Reply, what: &str) {
    assert_eq!((page.status, page.header("retry-after")), (503, "30"), "{what}: {page:?}");
    assert!(page.text.contains("<h1>We cannot go on right now</h1>"), "{what}: {page:?}");
}

async fn start() -> (TestApp, RawServer, RawServer) {
    let console = RawServer::start(Raw::json(404, &json!({"error": "not_found"})));
    let trap = RawServer::start(usable());
    let app = TestApp::start_with_variable("CONSOLE_INTERNAL_URL", &console.url()).await;
    (app, console, trap)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_console_says_instead_of_an_answer_nothing_is_spent() {
    let (app, console, trap) = start().await;
    for (what, raw) in nonsense(&trap.url()) {
        console.answer(WALKTHROUGH_VERIFY_PATH, raw);
        assert_try_again(&open(&app).await, what);
        assert_try_again(&accept(&app).await, what);
        let reply = app.client.get(&format!("/walkthrough?token={TOKEN}")).await;
        assert_eq!(reply.status, 503, "{what}: {reply:?}");
        console.answer(WALKTHROUGH_VERIFY_PATH, usable());
        assert_eq!(open(&app).await.status, 200, "{what}");
    }
    assert!(!console.seen().contains(&WALKTHROUGH_CONSUME_PATH.to_owned()));
    assert!(trap.seen().is_empty(), "a service token went to somebody else");
    assert_eq!((app.count("users").await, app.count("audit_log").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_console_says_instead_of_consuming_no_token_is_minted_until_it_does() {
    let (app, console, trap) = start().await;
    console.answer(WALKTHROUGH_VERIFY_PATH, usable());
    for (what, raw) in nonsense(&trap.url()) {
        console.answer(WALKTHROUGH_CONSUME_PATH, raw);
        assert_try_again(&accept(&app).await, what);
    }
    assert!(trap.seen().is_empty(), "a service token went to somebody else");
    assert_eq!((app.count("users").await, app.count("audit_log").await), (0, 0));
    console.answer(WALKTHROUGH_CONSUME_PATH, consumed());
    let accepted = accept(&app).await;
    assert_eq!(accepted.status, 303, "{accepted:?}");
    assert_eq!(app.audit("account.bootstrap_token_minted").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_never_answers_is_given_five_seconds() {
    let (app, console, _trap) = start().await;
    console.answer(WALKTHROUGH_VERIFY_PATH, Raw::Silence);
    let both = async { tokio::join!(open(&app), accept(&app)) };
    let (opened, accepted) = within("both are answered", both).await;
    assert_try_again(&opened, "silence");
    assert_try_again(&accepted, "silence");
    console.answer(WALKTHROUGH_VERIFY_PATH, usable());
    assert_eq!(open(&app).await.status, 200);
}
