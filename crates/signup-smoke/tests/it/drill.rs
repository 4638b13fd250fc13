//! The drill: going only as far as each ghost state.

use crate::helpers::{Command, Deployment, Smoke, assert_like};

const SHORT: &str = "\
[step 1] minting bootstrap token for 'smoke-test+1*@moosequest.net' via raxx-api-prod...
[step 1] OK  token=eyJ2IjoxLCJlbWFp...*

[step 2] ghost-check after the token via raxx-api-prod...
[step 2] OK  state=ghost_no_users_row user.id=- cred_count=0

[step 3] POST /api/auth/register/begin-with-token ...
[step 3] OK  challenge=*... user.id=*...

[step 4] ghost-check after begin via raxx-api-prod...
[step 4] OK  state=mid_enrollment user.id=1 cred_count=0

[teardown] deleting smoke rows for user_id=1 email='smoke-test+1*@moosequest.net'...
[teardown] OK  deleted 0 credential row(s), 1 user row(s)

============================================================
DRILL VERDICT: PASS
  after the token:      ghost_no_users_row
  after begin:          mid_enrollment
============================================================
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_state_is_seen_and_nothing_is_left() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let ended = Smoke::of(&deployment).arguments(["drill"]).run().await;
    ended.assert_passed();
    let (header, steps) = ended.out.split_once("\n\n").unwrap();
    assert!(header.contains("\nRAXX SIGNUP GHOST DRILL — 20"), "{header}");
    assert_like(steps, SHORT);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_minutes_an_unfinished_signup_is_seen_as_a_ghost() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let third = deployment.runner.hold_nth(Command::GhostCheck, 3);
    let deleting = deployment.runner.hold(Command::Delete);
    let running = Smoke::of(&deployment).arguments(["drill", "--wait=1"]).start();
    third.arrived().await;
    deployment.sql("UPDATE users SET created_at = created_at - interval '5 minutes'").await;
    drop(third);
    // No time has passed really: by the time of its token the account would not be the run's own.
    deleting.arrived().await;
    deployment.sql("UPDATE users SET created_at = created_at + interval '5 minutes'").await;
    drop(deleting);
    let ended = running.end().await;
    ended.assert_passed();
    let seen = "[step 6] OK  state=ghost_empty_shell user.id=1 cred_count=0\n";
    assert!(ended.out.contains(seen), "{}", ended.out);
    assert!(ended.out.contains("\n  after 5 minutes:      ghost_empty_shell\n"), "{}", ended.out);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_detection_that_sees_something_else_fails_the_drill() {
    let deployment = Deployment::start().await;
    let second = deployment.runner.hold_nth(Command::GhostCheck, 2);
    let running = Smoke::of(&deployment).arguments(["drill"]).start();
    second.arrived().await;
    deployment.sql("INSERT INTO customer_sessions (user_id) SELECT id FROM users").await;
    drop(second);
    let words = [
        "[step 4] FAIL  state=healthy, expected mid_enrollment\n",
        "\"active_session_count\":1",
        "The predicate has changed",
        "  after begin:          healthy\n",
    ];
    running.end().await.assert_failed("step 4", &words);
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_check_that_fails_is_told_as_one() {
    let deployment = Deployment::start().await;
    deployment.runner.before(Command::GhostCheck, "exit 1");
    let ended = Smoke::of(&deployment).arguments(["drill"]).run().await;
    ended.assert_failed("step 2", &["heroku run exited 1", "[teardown] OK  nothing to remove"]);
    assert_eq!(deployment.router.seen().len(), 0);
}
