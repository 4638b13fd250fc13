//! Step 2: no options.

use test_support::Answer;
use test_support::proxy::Rule;

use crate::helpers::{BEGIN, Deployment, Smoke};

/// Step 2 fails like this, and nothing is left.
async fn assert_not_begun(deployment: &Deployment, words: &[&str]) {
    let ended = Smoke::of(deployment).run().await;
    ended.assert_failed("step 2", words);
    assert_eq!(deployment.count("users").await, 0);
    assert_eq!(deployment.count("webauthn_challenges").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_signed_with_another_key_is_told_from_the_answer() {
    let deployment = Deployment::start().await;
    deployment.runner.set("BOOTSTRAP_TOKEN_SIGNING_KEY", "another-key-of-at-least-32-bytes-0123");
    let words = [
        "[step 2] FAIL  400 Invalid or expired signup link\n",
        "    HTTP/1.1 400 Bad Request\n",
        "    content-type: application/json\n",
        "    {\"error\":\"invalid_signup_link\",\"message\":\"Invalid or expired signup link\"}\n",
        "  Likely cause: Token minted against wrong BOOTSTRAP_TOKEN_SIGNING_KEY\n",
        "  Next step:    Confirm the same key is set on prod as was used to mint the token\n",
        "[teardown] OK  deleted 0 credential row(s), 0 user row(s)\n",
    ];
    assert_not_begun(&deployment, &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_that_is_off_is_told_from_the_answer() {
    let deployment = Deployment::start_with(&[("FLAG_WEBAUTHN_REGISTRATION", "0")]).await;
    let words = [
        "[step 2] FAIL  404 ",
        "  Likely cause: FLAG_WEBAUTHN_REGISTRATION is off\n",
        "  Next step:    Check feature flags via heroku config --app raxx-api-prod\n",
    ];
    assert_not_begun(&deployment, &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_stopped_is_told_from_the_answer() {
    let (cable, redis) =
        test_support::relay::Relay::in_front_of(&test_support::redis::test_database_url());
    let deployment = Deployment::start_with(&[("REDIS_URL", &redis)]).await;
    cable.cut();
    let words = [
        "[step 2] FAIL  503 ",
        "\"error\":\"service_unavailable\"",
        "raptor-api cannot reach its database or its Redis",
    ];
    assert_not_begun(&deployment, &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_from_the_api_alone_is_told_from_the_answer() {
    let deployment = Deployment::start().await;
    deployment.cable.cut();
    let words = ["[step 2] FAIL  503 ", "raptor-api cannot reach its database or its Redis"];
    assert_not_begun(&deployment, &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_in_use_before_is_left_alone() {
    let deployment = Deployment::start().await;
    let email = "smoke-test+before@moosequest.net";
    deployment.add_shell(email, 10).await;
    deployment
        .sql("INSERT INTO customer_sessions (user_id, expires_at) SELECT id, now() + interval '1 day' FROM users")
        .await;
    let ended = Smoke::of(&deployment).with("RAXX_SMOKE_EMAIL", email).run().await;
    ended.assert_failed(
        "step 2",
        &[
            "[step 2] FAIL  409 ",
            "There was an account of this address before this run",
            &format!("[teardown] FAIL  the account of {email} is older than this run\n"),
        ],
    );
    assert_eq!(deployment.count("users").await, 1);
    assert_eq!(deployment.count("customer_sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_requests_are_told_with_how_long_to_wait() {
    let deployment = Deployment::start_with(&[("PUBLIC_RATE_LIMIT", "2")]).await;
    Smoke::of(&deployment).run().await.assert_passed();
    let words =
        ["[step 2] FAIL  429 ", "More than PUBLIC_RATE_LIMIT requests a minute", " s and run"];
    assert_not_begun(&deployment, &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_log_that_refuses_rows_is_told_from_the_command() {
    let deployment = Deployment::start().await;
    deployment.break_audit_log().await;
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_failed("step 1", &["the audit log refused a row"]);
}

/// What no raptor-api answers, but what stands in front of one.
async fn assert_answered(answer: Answer, words: &[&str]) {
    let deployment = Deployment::start().await;
    deployment.router.always(BEGIN, Rule::Answer(answer));
    assert_not_begun(&deployment, words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_routers_error_page_is_shown_whole_and_cannot_touch_the_terminal() {
    let page = "<!doctype html>\n<h1>Application error</h1>\u{1b}[2J";
    assert_answered(
        Answer::new(503, "text/html", page),
        &[
            "[step 2] FAIL  503 Service Unavailable\n",
            "    <h1>Application error</h1>\\u{1b}[2J\n",
            "No dyno answers",
            "heroku ps --app raxx-api-prod",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_options_or_without_a_challenge_is_no_answer() {
    assert_answered(Answer::garbage(), &["[step 2] FAIL  200 without options\n", "Wi-Fi"]).await;
    let without = serde_json::json!({"options": {"user": {"id": "AAAA"}}});
    let words = ["[step 2] FAIL  200 without a challenge\n", "Something else answers"];
    assert_answered(Answer::json(200, &without), &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_service_a_gate_or_a_redirect_is_not_taken_for_raptor_api() {
    let page = |status| Answer::new(status, "text/html", "<h1>Hello</h1>");
    assert_answered(page(404), &["RAXX_SMOKE_API_URL names something that is not raptor-api"])
        .await;
    assert_answered(page(403), &["Something in front of raptor-api"]).await;
    let moved = page(308).with_header("location", "https://api.example.com/");
    assert_answered(moved, &["The API is elsewhere: https://api.example.com/"]).await;
}
