//! What is refused before anything is sent: exit status 2.

use crate::helpers::{Deployment, Smoke};

/// The smoke is refused for these variables, and nobody has been asked anything.
async fn assert_refused(deployment: &Deployment, given: &[(&'static str, &str)], named: &[&str]) {
    let mut smoke = Smoke::of(deployment);
    for (name, value) in given {
        smoke = smoke.with(name, *value);
    }
    let ended = smoke.run().await;
    assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""), "{}", ended.err);
    for name in named {
        assert!(ended.err.contains(&format!("\n  {name} ")), "{name}: {}", ended.err);
    }
    assert_eq!(ended.err.lines().count(), named.len() + 1, "{}", ended.err);
    assert_eq!(deployment.router.seen().len(), 0);
    assert_eq!(deployment.runner.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_permission_to_write_to_production_nothing_is_sent() {
    let deployment = Deployment::start().await;
    for value in ["", "0", "true"] {
        let given = [("RAXX_SMOKE_ALLOW_PROD", value)];
        assert_refused(&deployment, &given, &["RAXX_SMOKE_ALLOW_PROD"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operators_address_is_refused_however_it_is_written() {
    let deployment = Deployment::start().await;
    for (email, operator) in [
        ("kris@moosequest.net", ""),
        (" Kris@MooseQuest.net ", ""),
        ("smoke-test+me@moosequest.net", "Smoke-Test+Me@moosequest.net"),
    ] {
        let given = [("RAXX_SMOKE_EMAIL", email), ("RAXX_OPERATOR_EMAIL", operator)];
        assert_refused(&deployment, &given, &["RAXX_SMOKE_EMAIL"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_could_not_be_removed_again_is_refused() {
    let deployment = Deployment::start().await;
    for email in ["ada@example.com", "smoke-test+1@example.com", "smoke-test+@moosequest.net", "x"]
    {
        let given = [("RAXX_SMOKE_EMAIL", email)];
        assert_refused(&deployment, &given, &["RAXX_SMOKE_EMAIL"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_is_named_together() {
    let given = [
        ("RAXX_SMOKE_ALLOW_PROD", ""),
        ("RAXX_SMOKE_API_URL", "api.raxx.app"),
        ("RAXX_SMOKE_ORIGIN", "https://raxx.app/signup"),
        ("RAXX_SMOKE_RUNNER", "docker"),
        ("HEROKU_APP", "--app"),
        ("RAXX_OPERATOR_EMAIL", "kris"),
        ("SMOKE_EMAIL_DOMAIN", "@"),
    ];
    let deployment = Deployment::start().await;
    assert_refused(&deployment, &given, &given.map(|(name, _)| name)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_variables_count_as_unset() {
    let deployment = Deployment::start().await;
    let mut smoke = Smoke::of(&deployment);
    for name in ["RAXX_SMOKE_EMAIL", "HEROKU_APP", "RAXX_SMOKE_RUNNER", "RAXX_OPERATOR_EMAIL"] {
        smoke = smoke.with(name, "");
    }
    smoke.run().await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_machines_a_refusal_is_a_verdict_too() {
    let deployment = Deployment::start().await;
    let smoke = Smoke::of(&deployment).with("RAXX_SMOKE_ALLOW_PROD", "").arguments(["--json"]);
    let ended = smoke.run().await;
    let verdict: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.status, &verdict["verdict"]), (Some(2), &"REFUSED".into()));
    assert_eq!(verdict["reasons"][0]["variable"], "RAXX_SMOKE_ALLOW_PROD");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_explains_every_variable_and_needs_none() {
    let deployment = Deployment::start().await;
    let smoke = Smoke::of(&deployment).with("RAXX_SMOKE_ALLOW_PROD", "").arguments(["--help"]);
    let ended = smoke.run().await;
    assert_eq!(ended.status, Some(0));
    for name in [
        "RAXX_SMOKE_ALLOW_PROD",
        "RAXX_SMOKE_EMAIL",
        "RAXX_SMOKE_API_URL",
        "HEROKU_APP",
        "RAXX_SMOKE_RUNNER",
        "RAXX_SMOKE_ORIGIN",
        "RAXX_OPERATOR_EMAIL",
        "SMOKE_EMAIL_DOMAIN",
    ] {
        assert!(ended.out.contains(&format!("\n  {name} ")), "{name}: {}", ended.out);
    }
}
