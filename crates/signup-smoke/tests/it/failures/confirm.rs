//! Step 5: verify has answered 200, and the rows are not there.

use crate::helpers::{Command, Deployment, Ended, Smoke, VERIFY};

/// A smoke during which these statements are run after verify, behind the service's back.
async fn afterwards(deployment: &Deployment, statements: &str) -> Ended {
    let mut held = deployment.router.hold_answer(VERIFY);
    let running = Smoke::of(deployment).start();
    held.arrived().await;
    deployment.sql(statements).await;
    held.release();
    running.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_that_was_not_stored_is_found_out() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let ended = afterwards(&deployment, "DELETE FROM webauthn_credentials").await;
    let words = [
        "[step 5] FAIL  cred_count=0\n",
        "  Likely cause: verify-with-token returned 200 but DB write failed silently\n",
        "  Next step:    Boolean cast bug class",
        "  DB cred_count:        0\n",
        "[teardown] OK  deleted 0 credential row(s), 1 user row(s)\n",
    ];
    ended.assert_failed("step 5", &words);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_not_there_is_found_out() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let ended = afterwards(&deployment, "DELETE FROM users").await;
    let words = [
        "[step 5] FAIL  no such account: user row and credential row are missing\n",
        "its transaction was not committed",
        "[teardown] OK  deleted 0 credential row(s), 0 user row(s)\n",
    ];
    ended.assert_failed("step 5", &words);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_another_signup_are_found_out() {
    let deployment = Deployment::start().await;
    let under_another_id = "
        CREATE TEMPORARY TABLE signed_up AS SELECT email FROM users;
        INSERT INTO users (id, email) VALUES (4711, 'ada@example.com');
        UPDATE webauthn_credentials SET user_id = 4711;
        DELETE FROM users WHERE id = 1;
        UPDATE users SET email = signed_up.email FROM signed_up";
    let ended = afterwards(&deployment, under_another_id).await;
    let words = ["[step 5] FAIL  user.id=4711, but verify-with-token answered 1\n"];
    ended.assert_failed("step 5", &words);
    let deployment = Deployment::start().await;
    let twice = "INSERT INTO webauthn_credentials (user_id, credential_id, passkey) \
                 SELECT user_id, '\\x01', passkey FROM webauthn_credentials";
    let ended = afterwards(&deployment, twice).await;
    ended.assert_failed("step 5", &["[step 5] FAIL  cred_count=2\n", "more than one credential"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_persons_account_is_no_answer() {
    let deployment = Deployment::start().await;
    deployment.sql("INSERT INTO users (email) VALUES ('ada@example.com')").await;
    deployment.runner.before(Command::Show, "set -- show-account --email ada@example.com");
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_failed("step 5", &["printed no line of the expected shape", "ada@example.com"]);
    assert_eq!(deployment.count("users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dyno_that_does_not_boot_in_time_fails_step_5_and_not_the_teardown() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    deployment.runner.before(Command::Show, "sleep 1000");
    let ended = Smoke::of(&deployment).arguments(["--runner-timeout", "3"]).run().await;
    let words = [
        "[step 5] FAIL  heroku run timeout after 3 s\n",
        "  Likely cause: Dyno boot under load\n",
        "  Next step:    Re-run the smoke; if it persists, check Heroku metrics\n",
        "[teardown] OK  deleted 1 credential row(s), 1 user row(s)\n",
    ];
    ended.assert_failed("step 5", &words);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_has_another_database_than_the_api_is_found_out() {
    let deployment = Deployment::start().await;
    let nowhere = "export DATABASE_URL=postgres://nobody@127.0.0.1:1/none";
    deployment.runner.before(Command::Show, nowhere);
    let ended = Smoke::of(&deployment).run().await;
    let words = ["[step 5] FAIL  heroku run exited 1\n", "The database is away for the command"];
    ended.assert_failed("step 5", &words);
    assert_eq!(deployment.count("users").await, 0);
}
