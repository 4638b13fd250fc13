//! Nobody learns from an answer who is known here. How long an answer takes follows from what is
//! done for it: the same statements, and one signature that is verified.

use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{CONSOLE_SECRET, ORIGIN, Reply, TestApp, VERIFY, token_signed_with};

/// What a client sees of an answer, without what is different in every one.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let own = ["x-request-id", "date"];
    let mut headers: Vec<_> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .collect();
    headers.sort();
    (reply.status, headers, reply.text.clone())
}

#[track_caller]
fn assert_same(replies: &[Reply]) {
    let first = seen(&replies[0]);
    for reply in replies {
        assert_eq!(seen(reply), first);
    }
}

/// A sign-in whose credential is made wrong by `spoil`.
async fn sign_in(
    app: &TestApp,
    passkey: &mut SoftwarePasskey,
    spoil: impl Fn(&mut Value),
) -> Reply {
    let begun = app.client.login_begin().await.json();
    let mut credential = passkey.get(&begun["options"], ORIGIN);
    spoil(&mut credential);
    app.client.login_finish(begun["ceremony_id"].as_str().unwrap(), &credential).await
}

fn another_signature(credential: &mut Value) {
    let signature = credential["response"]["signature"].as_str().unwrap();
    let at = signature.len() - 8;
    let other = if signature[at..].starts_with('A') { 'Q' } else { 'A' };
    let spoiled = format!("{}{other}{}", &signature[..at], &signature[at + 1..]);
    credential["response"]["signature"] = json!(spoiled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_is_known_is_refused_like_one_that_is_not() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let mut bob = app.enrol_as("bob@raxx.example", "support").await;
    let mut eve = app.enrol_as("eve@raxx.example", "support").await;
    app.sql("UPDATE admins SET revoked_at = now() WHERE email LIKE 'bob%'").await;
    app.sql(
        "DELETE FROM admin_passkeys USING admins \
         WHERE admins.id = admin_id AND email LIKE 'eve%'",
    )
    .await;
    let as_it_is = |_: &mut Value| {};
    let refused = [
        sign_in(&app, &mut ann.passkey, another_signature).await,
        sign_in(&app, &mut bob.passkey, another_signature).await,
        sign_in(&app, &mut bob.passkey, as_it_is).await,
        sign_in(&app, &mut eve.passkey, another_signature).await,
        sign_in(&app, &mut eve.passkey, as_it_is).await,
        sign_in(&app, &mut ann.passkey, |credential| {
            credential["response"]["userHandle"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
        })
        .await,
    ];
    refused[0].assert_error(400, "passkey_verification_failed");
    assert_same(&refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enrolment_links_of_every_dead_kind_are_one_to_a_program() {
    let app = TestApp::start().await;
    let (_, replaced) = app.invite("ann@raxx.example", "support").await;
    let (_, used) = app.invite("ann@raxx.example", "support").await;
    assert_eq!(app.enrol_with(&mut SoftwarePasskey::new(), &used).await.status, 200);
    let (_, old) = app.invite("old@raxx.example", "support").await;
    app.sql("UPDATE admin_enrolment_links SET expires_at = now() WHERE used_at IS NULL").await;
    let mut begun = Vec::new();
    let mut opened = Vec::new();
    for token in ["", "x", &"A".repeat(43), &replaced, &used, &old] {
        begun.push(app.client.enroll_begin(token).await);
        opened.push(app.client.enroll(token).await);
    }
    begun[0].assert_error(400, "invalid_enrolment_link");
    assert_same(&begun);
    assert_same(&opened);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walkthrough_token_that_is_forged_is_answered_like_one_without_a_row() {
    let app = TestApp::start().await;
    let (_, token) = app.add_tester("ada@example.com").await;
    let mut answers = Vec::new();
    for unknown in [
        token_signed_with("another-secret-of-the-tests-32-bytes", token),
        token_signed_with(CONSOLE_SECRET, token + 1000),
        "x".to_owned(),
        String::new(),
    ] {
        answers.push(app.as_raptor(VERIFY, &json!({"token": unknown})).await);
    }
    assert_eq!(answers[0].json(), json!({"valid": false, "reason": "unknown"}));
    assert_same(&answers);
}
