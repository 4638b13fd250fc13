//! A run that is killed cannot tear down. An hour later nothing is left all the same.

use rustix::process::Signal;

use crate::helpers::{Deployment, Place, Smoke};

/// How many users and passkeys there are once everything that was on its way has arrived.
fn left_behind(place: Place) -> (i64, i64) {
    match place {
        // The Heroku CLI is not killed with the run, and deletes them.
        Place::Minting | Place::TearingDown => (0, 0),
        Place::BeforeBegin | Place::AfterBegin => (1, 0),
        Place::BeforeVerify | Place::AfterVerify | Place::Confirming => (1, 1),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_any_two_steps() {
    for place in Place::ALL {
        let mut deployment = Deployment::start().await;
        let before = deployment.rows().await;
        let mut stopped = place.stop(&deployment);
        let running = Smoke::of(&deployment).start();
        stopped.arrived().await;
        running.signal(Signal::KILL);
        assert_eq!(running.end().await.status, None, "{place:?}");
        drop(stopped);
        let (users, passkeys) = left_behind(place);
        deployment.until_count("users", users).await;
        deployment.until_count("webauthn_credentials", passkeys).await;

        deployment.let_an_hour_pass().await;
        deployment.restart().await;
        deployment.until_count("users", 0).await;
        deployment.until_count("webauthn_challenges", 0).await;
        assert_eq!(deployment.rows().await, before, "{place:?}");
        let audited = deployment.count("audit_log WHERE action = 'account.smoke_expired'").await;
        assert_eq!(audited, users, "{place:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_younger_than_an_hour_may_still_be_in_use() {
    let mut deployment = Deployment::start().await;
    deployment.add_shell("smoke-test+1@moosequest.net", 59).await;
    deployment.add_shell("smoke-test+2@moosequest.net", 61).await;
    deployment.restart().await;
    deployment.until_count("users", 1).await;
    assert_eq!(deployment.count("users WHERE email = 'smoke-test+1@moosequest.net'").await, 1);
}
