//! Who may report.

use reqwest::Method;
use test_support::postmark::report::delivery;

use super::{EMAIL, PATH, SECRET, UNKNOWN, basic, console, report};
use crate::helpers::{Ask, Client, Reply, TestApp};

async fn with_authorization(client: &Client, value: &str) -> Reply {
    let body = delivery(UNKNOWN, EMAIL);
    client.send(Ask::json(PATH, &body).header("authorization", value)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_password_in_the_settings_there_is_no_webhook() {
    for app in
        [TestApp::start().await, TestApp::start_with(&[("POSTMARK_WEBHOOK_SECRET", "")]).await]
    {
        report(&app, &delivery(UNKNOWN, EMAIL)).await.assert_error(404, "not_found");
        with_authorization(&app.client, &basic("", "")).await.assert_error(404, "not_found");
        app.client.get(PATH).await.assert_error(404, "not_found");
        let put = Ask::json(PATH, &delivery(UNKNOWN, EMAIL)).method(Method::PUT);
        app.client.send(put).await.assert_error(404, "not_found");
        assert_eq!(app.count("mail_events").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_counts_whatever_the_user_name() {
    let app = console().await;
    for user in ["postmark", "", "ä b"] {
        assert_eq!(with_authorization(&app.client, &basic(user, SECRET)).await.status, 200);
    }
    let lower_case = basic("any", SECRET).replacen("Basic", "basic", 1);
    assert_eq!(with_authorization(&app.client, &lower_case).await.status, 200);
    assert_eq!(app.count("mail_events").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_heard() {
    let app = console().await;
    let good = basic("any", SECRET);
    let bare = Ask::json(PATH, &delivery(UNKNOWN, EMAIL));
    let doubled = Ask::json(PATH, &delivery(UNKNOWN, EMAIL))
        .header("authorization", &*good)
        .header("authorization", &*good);
    let mut refused = vec![app.client.send(bare).await, app.client.send(doubled).await];
    for value in [
        basic("any", "guess"),
        basic("any", ""),
        basic(SECRET, ""),
        basic("any", &SECRET[1..]),
        basic("any", &format!("{SECRET} ")),
        good.replacen("Basic", "Bearer", 1),
        format!("Bearer {SECRET}"),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        "Basic YW55".to_owned(),
        String::new(),
    ] {
        refused.push(with_authorization(&app.client, &value).await);
    }
    for answer in refused {
        answer.assert_error(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"Postmark webhook\"");
        assert!(!answer.text.contains(SECRET));
    }
    assert_eq!(app.count("mail_events").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_is_judged_before_the_body() {
    let app = console().await;
    let large = vec![b' '; 70 * 1024];
    for (content_type, body) in [
        ("application/json", large.clone()),
        ("text/plain", b"hello".to_vec()),
        ("application/json", b"{".to_vec()),
    ] {
        let ask = Ask::post(PATH, content_type, body).header("authorization", basic("a", "b"));
        app.client.send(ask).await.assert_error(401, "unauthorized");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_are_told_which_one_there_is() {
    let app = console().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = app.client.send(Ask::get(PATH).method(method)).await;
        answer.assert_error(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_and_no_origin_of_ours_is_asked_for() {
    let app = console().await;
    let ask = Ask::json(PATH, &delivery(UNKNOWN, EMAIL))
        .header("authorization", basic("any", SECRET))
        .header("origin", "https://postmark.example")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(app.client.send(ask).await.status, 200);
}
