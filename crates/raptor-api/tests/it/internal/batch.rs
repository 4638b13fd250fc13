//! `POST /api/internal/users/ghost-check-batch`.

use serde_json::json;

use crate::helpers::TestApp;

const PATH: &str = "/api/internal/users/ghost-check-batch";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_answered_in_the_order_asked_and_as_single_checks_are() {
    let app = TestApp::start().await;
    app.account("shell@example.com", 60).await;
    app.account("young@example.com", 1).await;
    app.sign_up("healthy@example.com").await;
    let asked = [
        "young@example.com",
        "nobody@example.com",
        "healthy@example.com",
        "SHELL@example.com",
        "young@example.com",
    ];
    let reply = app.client.ghost_check_batch(&asked).await;
    assert_eq!(reply.status, 200);
    let results = reply.json()["results"].as_array().unwrap().clone();
    let states: Vec<_> = results.iter().map(|result| result["state"].as_str().unwrap()).collect();
    assert_eq!(
        states,
        ["mid_enrollment", "ghost_no_users_row", "healthy", "ghost_empty_shell", "mid_enrollment"]
    );
    for (email, result) in asked.iter().zip(results) {
        let mut single = app.client.ghost_check(email).await.json();
        single["email"] = email.to_lowercase().into();
        assert_eq!(result, single);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_are_answered_and_more_none_or_a_bad_one_are_refused() {
    let app = TestApp::start().await;
    let emails: Vec<String> = (0..501).map(|n| format!("tester-{n}@example.com")).collect();
    let ask = async |emails: &[String]| app.client.internal(PATH, &json!({"emails": emails})).await;
    let whole = ask(&emails[..500]).await;
    assert_eq!(whole.json()["results"].as_array().unwrap().len(), 500);
    ask(&emails).await.assert_error(400, "invalid_request");
    ask(&[]).await.assert_error(400, "invalid_request");
    ask(&["ada@example.com".to_owned(), "ada".to_owned()])
        .await
        .assert_error(400, "invalid_request");
}
