//! Runs that succeed.

use serde_json::Value;

use crate::helpers::{Deployment, Smoke, assert_like};

const WHOLE: &str = "\
============================================================
RAXX SIGNUP E2E SMOKE — 20*-*-*T*:*:*Z UTC
  API:        http://127.0.0.1:*
  Heroku app: raxx-api-prod
  Test email: smoke-test+1*@moosequest.net
============================================================

[step 1] minting bootstrap token for 'smoke-test+1*@moosequest.net' via raxx-api-prod...
[step 1] OK  token=eyJ2IjoxLCJlbWFp...*

[step 2] POST /api/auth/register/begin-with-token ...
[step 2] OK  challenge=*... user.id=*...

[step 3] building synthetic credential (EC P-256, fmt=none)...
[step 3] OK  cred_id=*... clientData challenge matches options challenge

[step 4] POST /api/auth/register/verify-with-token ...
[step 4] OK  user_id=1 status=ok

[step 5] confirming DB persistence via heroku run (raxx-api-prod)...
[step 5] OK  user.id=1 email=smoke-test+1*@moosequest.net cred_count=1

[teardown] deleting smoke rows for user_id=1 email='smoke-test+1*@moosequest.net'...
[teardown] OK  deleted 1 credential row(s), 1 user row(s)

============================================================
SMOKE VERDICT: PASS
  user_id:              1
  credential_id prefix: *...
  DB cred_count:        1
  recovery codes:       0
============================================================
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passing_run_looks_as_in_the_runbook_and_leaves_the_database_as_it_was() {
    let deployment = Deployment::start().await;
    deployment.sql("INSERT INTO users (id, email) VALUES (1000, 'ada@example.com')").await;
    let before = deployment.rows().await;
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_passed();
    assert_like(&ended.out, WHOLE);
    assert_eq!(deployment.rows().await, before);
    for action in
        ["account.bootstrap_token_minted", "account.signup_completed", "account.smoke_deleted"]
    {
        let audited = format!("audit_log WHERE action = '{action}'");
        assert_eq!(deployment.count(&audited).await, 1, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_of_token_and_ids_has_the_runbooks_lengths() {
    let deployment = Deployment::start().await;
    let out = Smoke::of(&deployment).run().await.out;
    let after = |mark: &str| {
        let (_, rest) = out.split_once(mark).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    for (mark, length) in
        [(" token=", 27), (" challenge=", 19), (" user.id=", 11), (" cred_id=", 19)]
    {
        assert_eq!(after(mark).len(), length, "{mark}{}", after(mark));
    }
    let sent = &deployment.router.seen()[1].json();
    for secret in [&sent["token"], &sent["credential"]["id"]] {
        assert!(!out.contains(secret.as_str().unwrap()), "{out}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_heroku_cli_is_asked_as_section_11_says() {
    let deployment = Deployment::start().await;
    let email = "smoke-test+by-hand@moosequest.net";
    Smoke::of(&deployment).with("RAXX_SMOKE_EMAIL", email).run().await.assert_passed();
    let front = "run --exit-code --no-tty --app raxx-api-prod -- raptor-api";
    let asked = deployment.runner.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0], format!("{front} mint-bootstrap-token --email {email}"));
    assert_eq!(asked[1], format!("{front} show-account --email {email}"));
    let delete = format!("{front} delete-account --email {email} --if-smoke-test --made-since *Z");
    assert_like(&asked[2], &delete);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_runner_takes_raptor_api_from_the_path() {
    let deployment = Deployment::start().await;
    deployment.runner.remove("heroku");
    let ended = Smoke::of(&deployment).with("RAXX_SMOKE_RUNNER", "local").run().await;
    ended.assert_passed();
    assert!(ended.out.contains("@moosequest.net' via local raptor-api...\n"), "{}", ended.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn challenges_may_live_in_redis() {
    let redis = test_support::redis::test_database_url();
    let deployment = Deployment::start_with(&[("REDIS_URL", &redis)]).await;
    Smoke::of(&deployment).run().await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_machines_the_verdict_alone_is_printed() {
    let deployment = Deployment::start().await;
    let ended = Smoke::of(&deployment).arguments(["--json"]).run().await;
    assert_eq!((ended.status, ended.out.lines().count()), (Some(0), 1));
    assert_like(&ended.err, WHOLE);
    let verdict: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(verdict["verdict"], "PASS");
    assert_eq!(verdict["runner"], "heroku");
    assert_eq!(verdict["credential_count"], 1);
    assert_eq!(verdict["failure"], Value::Null);
    assert_eq!(verdict["teardown"]["outcome"], "deleted");
    let steps: Vec<_> =
        verdict["steps"].as_array().unwrap().iter().map(|step| &step["name"]).collect();
    assert_eq!(steps, ["mint", "begin", "credential", "verify", "confirm"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_machines_a_failure_says_as_much_as_for_people() {
    let deployment = Deployment::start_with(&[("FLAG_WEBAUTHN_REGISTRATION", "0")]).await;
    let ended = Smoke::of(&deployment).arguments(["--json"]).run().await;
    let verdict: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.status, &verdict["verdict"]), (Some(1), &"FAIL".into()));
    assert_eq!(verdict["failed_at"], "step 2");
    let failure = &verdict["failure"];
    assert_eq!(failure["likely_cause"], "FLAG_WEBAUTHN_REGISTRATION is off");
    assert!(failure["evidence"].as_str().unwrap().contains("\"error\":\"not_found\""));
    assert_eq!(verdict["teardown"]["deleted_users"], 0);
}
