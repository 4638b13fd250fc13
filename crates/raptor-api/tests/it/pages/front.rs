//! `GET /`.

use crate::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_front_page_offers_to_sign_in_and_says_who_is_signed_in() {
    let app = TestApp::start().await;
    let stranger = app.client.page("/").await;
    assert_eq!(stranger.status, 200);
    assert!(stranger.text.contains("Sign in with your passkey"));
    let (_, mut passkey) = app.sign_up("ada@example.com").await;
    let cookie = app.sign_in(&mut passkey).await.cookie();
    let page = app.client.send(Ask::get("/").html().cookie(cookie)).await;
    assert!(page.text.contains("ada@example.com") && page.text.contains("Sign out"));
    assert_eq!(page.header("cache-control"), "no-store");
}
