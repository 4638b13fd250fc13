use serde_json::{Value, json};

use super::*;

/// A target that answers what it was asked and counts.
fn target() -> HttpServer {
    HttpServer::start(|request| async move {
        let id = request.header("x-request-id").unwrap_or_default().to_owned();
        let body = json!({
            "method": request.method.as_str(), "path": request.path, "query": request.query,
            "id": id, "body": String::from_utf8_lossy(&request.body),
        });
        Some(Answer::json(201, &body).with_header("x-target", "yes"))
    })
}

async fn post(proxy: &HttpProxy, path: &str) -> reqwest::Result<reqwest::Response> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let request = client.post(format!("{}{path}", proxy.url())).header("x-request-id", "r-1");
    request.body("hello").send().await
}

#[tokio::test]
async fn a_request_passes_as_it_came_and_its_answer_too() {
    let target = target();
    let proxy = HttpProxy::start(target.url());
    let answer = post(&proxy, "/a%20b?q=1").await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["x-target"], "yes");
    let echo: Value = answer.json().await.unwrap();
    let expected = json!({
        "method": "POST", "path": "/a%20b", "query": "q=1", "id": "r-1", "body": "hello",
    });
    assert_eq!(echo, expected);
}

#[tokio::test]
async fn rules_for_once_come_in_turn_and_before_the_one_for_always() {
    let target = target();
    let proxy = HttpProxy::start(target.url());
    proxy.always("/x", Rule::Answer(Answer::json(503, &json!({}))));
    proxy.once("/x", Rule::Cut);
    proxy.once("/x", Rule::Answer(Answer::garbage()));
    assert!(post(&proxy, "/x").await.is_err());
    let garbage = post(&proxy, "/x").await.unwrap();
    assert_eq!(garbage.status(), 200);
    assert!(garbage.json::<Value>().await.is_err());
    assert_eq!(post(&proxy, "/x").await.unwrap().status(), 503);
    assert_eq!(post(&proxy, "/y").await.unwrap().status(), 201);
    assert_eq!((proxy.seen().len(), proxy.seen_at("/x").len()), (4, 3));
}

#[tokio::test]
async fn a_held_request_reaches_its_target_only_when_it_is_released() {
    let behind = HttpProxy::start(target().url());
    behind.always("/x", Rule::Answer(Answer::json(200, &json!({}))));
    let proxy = Arc::new(HttpProxy::start(behind.url()));
    let mut held = proxy.hold_request("/x");
    let client = tokio::spawn({
        let proxy = Arc::clone(&proxy);
        async move { post(&proxy, "/x").await }
    });
    held.arrived().await;
    assert!(behind.seen().is_empty());
    held.release();
    assert_eq!(client.await.unwrap().unwrap().status(), 200);
    assert_eq!(behind.seen().len(), 1);
}

#[tokio::test]
async fn a_held_request_goes_on_without_its_sender() {
    let behind = HttpProxy::start(target().url());
    let mut reached = behind.hold_request("/x");
    let proxy = Arc::new(HttpProxy::start(behind.url()));
    let mut held = proxy.hold_request("/x");
    let client = tokio::spawn({
        let proxy = Arc::clone(&proxy);
        async move { post(&proxy, "/x").await.map(|_| ()) }
    });
    held.arrived().await;
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    held.release();
    reached.arrived().await;
}

#[tokio::test]
async fn a_cut_answer_has_reached_the_target_but_not_the_client() {
    let behind = HttpProxy::start(target().url());
    behind.always("/x", Rule::Answer(Answer::json(200, &json!({}))));
    let proxy = Arc::new(HttpProxy::start(behind.url()));
    proxy.once("/x", Rule::CutAnswer);
    assert!(post(&proxy, "/x").await.is_err());
    let mut held = proxy.hold_answer("/x");
    let client = tokio::spawn({
        let proxy = Arc::clone(&proxy);
        async move { post(&proxy, "/x").await }
    });
    held.arrived().await;
    assert_eq!(behind.seen().len(), 2);
    held.cut();
    assert!(client.await.unwrap().is_err());
}

#[tokio::test]
async fn an_absent_target_is_a_closed_connection_until_it_comes_back() {
    let gone = target().url();
    let proxy = HttpProxy::start(gone);
    assert!(post(&proxy, "/x").await.is_err());
    let back = target();
    proxy.set_target(back.url());
    assert_eq!(post(&proxy, "/x").await.unwrap().status(), 201);
}
