//! Steps 3 and 4: no passkey.

use serde_json::json;
use test_support::Answer;
use test_support::proxy::Rule;

use crate::helpers::{BEGIN, Deployment, Ended, Smoke, VERIFY};

/// A smoke during which this happens between begin and verify, behind the service's back.
async fn meanwhile(deployment: &Deployment, what: impl AsyncFnOnce(&Deployment)) -> Ended {
    let mut held = deployment.router.hold_request(VERIFY);
    let running = Smoke::of(deployment).start();
    held.arrived().await;
    what(deployment).await;
    held.release();
    running.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_was_replaced_in_between_fails_the_verification() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let again = async |deployment: &Deployment| {
        let begun = &deployment.router.seen_at(BEGIN)[0];
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}{BEGIN}", deployment.router.url());
        let again = client.post(url).header("content-type", "application/json");
        assert_eq!(again.body(begun.body.clone()).send().await.unwrap().status(), 200);
    };
    let ended = meanwhile(&deployment, again).await;
    let words = [
        "[step 4] FAIL  400 passkey verification failed\n",
        "{\"error\":\"passkey_verification_failed\"",
        "  Likely cause: Challenge mismatch in the synthetic credential, or CBOR encoding regression",
        "  Next step:    Check Redis connectivity; check that options[\"challenge\"] matches what was \
         stored in step 2",
        "[teardown] OK  deleted 0 credential row(s), 1 user row(s)\n",
    ];
    ended.assert_failed("step 4", &words);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_was_changed_on_the_way_fails_the_verification() {
    let deployment = Deployment::start().await;
    let options = json!({"options": {
        "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "rp": {"id": "raptor.localhost", "name": "Raxx"},
        "user": {"id": "AAECAw", "name": "x", "displayName": "x"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    }});
    deployment.router.once(BEGIN, Rule::ReplaceAnswer(Answer::json(200, &options)));
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_failed("step 4", &["400 passkey verification failed", "Challenge mismatch"]);
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_is_not_the_deployments_is_found_out() {
    let deployment = Deployment::start().await;
    let other_port = Smoke::of(&deployment).with("RAXX_SMOKE_ORIGIN", "http://raptor.localhost:1");
    let words = ["400 passkey verification failed", "RAXX_SMOKE_ORIGIN is not the deployment's"];
    other_port.run().await.assert_failed("step 4", &words);
    let other_host = Smoke::of(&deployment).with("RAXX_SMOKE_ORIGIN", "https://example.com");
    let words = [
        "[step 3] FAIL  a page of https://example.com may not use the RP id raptor.localhost\n",
        "    \"challenge\": \"",
        "RAXX_SMOKE_ORIGIN is not an origin of this deployment",
    ];
    other_host.run().await.assert_failed("step 3", &words);
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signup_session_that_was_lost_is_told_from_the_answer() {
    for lost in ["DELETE FROM webauthn_challenges", "DELETE FROM users"] {
        let deployment = Deployment::start().await;
        let ended = meanwhile(&deployment, async |it: &Deployment| it.sql(lost).await).await;
        let words = [
            "[step 4] FAIL  400 signup session not found\n",
            "  Likely cause: User row was not created in step 2",
            "  Next step:    Check step 2 logs for a 500 or database error",
        ];
        ended.assert_failed("step 4", &words);
        assert_eq!(deployment.count("users").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_stopped_in_between_is_told_from_the_answer() {
    let (cable, redis) =
        test_support::relay::Relay::in_front_of(&test_support::redis::test_database_url());
    let deployment = Deployment::start_with(&[("REDIS_URL", &redis)]).await;
    let ended = meanwhile(&deployment, async |_: &Deployment| cable.cut()).await;
    let words = ["[step 4] FAIL  503 ", "raptor-api cannot reach its database or its Redis"];
    ended.assert_failed("step 4", &words);
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_used_up_in_between_is_told_from_the_answer() {
    let deployment = Deployment::start().await;
    let used = async |deployment: &Deployment| {
        let body = deployment.router.seen_at(BEGIN)[0].json();
        let payload = body["token"].as_str().unwrap().split('.').next().unwrap().to_owned();
        let use_up = format!(
            "INSERT INTO bootstrap_token_uses (nonce, email, expires_at) \
             SELECT p->>'nonce', p->>'email', now() + interval '1 hour' FROM (SELECT \
             convert_from(decode(rpad(translate('{payload}', '-_', '+/'), \
             (length('{payload}') + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb AS p) AS payload"
        );
        deployment.sql(&use_up).await;
    };
    let ended = meanwhile(&deployment, used).await;
    let words =
        ["[step 4] FAIL  400 Invalid or expired signup link\n", "another run has used it up"];
    ended.assert_failed("step 4", &words);
    assert_eq!(deployment.count("bootstrap_token_uses").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_log_that_refuses_rows_fails_the_teardown_too_and_says_what_is_left() {
    let deployment = Deployment::start().await;
    let ended = meanwhile(&deployment, async |it: &Deployment| it.break_audit_log().await).await;
    let words = [
        "[step 4] FAIL  500 ",
        "audit_log refuses rows",
        "[teardown] FAIL  heroku run exited 1\n",
        "  Left behind:  the account of smoke-test+",
    ];
    ended.assert_failed("step 4", &words);
    assert_eq!(deployment.count("users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_success_that_is_none_is_not_believed() {
    let deployment = Deployment::start().await;
    let half = Answer::json(200, &json!({"status": "ok"}));
    deployment.router.once(VERIFY, Rule::ReplaceAnswer(half));
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_failed("step 4", &["[step 4] FAIL  200 without status ok and a user_id\n"]);
    assert_eq!(deployment.count("users").await, 0);
}
