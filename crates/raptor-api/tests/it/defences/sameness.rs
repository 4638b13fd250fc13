//! Nobody learns from an answer whose passkey is known. How long an answer takes follows from what
//! is done for it: the same statements, and one signature that is verified.

use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{ORIGIN, Reply, TestApp};

async fn sign_in(
    app: &TestApp,
    passkey: &mut SoftwarePasskey,
    spoil: impl Fn(&mut Value),
) -> Reply {
    let begun = app.client.login_begin().await.json();
    let mut credential = passkey.get(&begun["options"], ORIGIN);
    spoil(&mut credential);
    app.client.login_verify(begun["ceremony_id"].as_str().unwrap(), &credential).await
}

fn another_signature(credential: &mut Value) {
    let signature = credential["response"]["signature"].as_str().unwrap();
    let at = signature.len() - 8;
    let other = if signature[at..].starts_with('A') { 'Q' } else { 'A' };
    let spoiled = format!("{}{other}{}", &signature[..at], &signature[at + 1..]);
    credential["response"]["signature"] = json!(spoiled);
}

fn another_handle(credential: &mut Value) {
    credential["response"]["userHandle"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_is_known_is_refused_like_one_that_is_not() {
    let app = TestApp::start().await;
    let (_, mut known) = app.sign_up("ada@example.com").await;
    let (_, mut unknown) = app.sign_up("bob@example.com").await;
    app.sql("DELETE FROM users WHERE email LIKE 'bob%'").await;
    let refused = [
        sign_in(&app, &mut known, another_signature).await,
        sign_in(&app, &mut known, another_handle).await,
        sign_in(&app, &mut unknown, |_| {}).await,
        sign_in(&app, &mut unknown, another_signature).await,
        sign_in(&app, &mut unknown, another_handle).await,
    ];
    refused[0].assert_error(400, "passkey_verification_failed");
    let seen = |reply: &Reply| {
        let headers = reply
            .headers
            .iter()
            .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
        let mut headers: Vec<_> =
            headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        (reply.status, headers, reply.text.clone())
    };
    for reply in &refused {
        assert_eq!(seen(reply), seen(&refused[0]));
    }
    assert_eq!(app.sign_in(&mut known).await.status, 200);
}
