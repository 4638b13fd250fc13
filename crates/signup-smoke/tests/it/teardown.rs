//! Teardowns that fail, and what they never touch.

use crate::helpers::{Command, Deployment, Smoke};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_teardown_alone_fails_has_failed_and_names_what_removes_the_rest() {
    let deployment = Deployment::start().await;
    deployment.runner.before(Command::Delete, "echo 'the dyno is gone'; exit 1");
    let email = "smoke-test+left@moosequest.net";
    let ended = Smoke::of(&deployment).with("RAXX_SMOKE_EMAIL", email).run().await;
    let command = format!(
        "heroku run --exit-code --no-tty --app raxx-api-prod -- raptor-api delete-account \
         --email {email} --if-smoke-test"
    );
    let words = [
        "[step 5] OK  user.id=1 ",
        "[teardown] FAIL  heroku run exited 1\n",
        "the dyno is gone",
        &format!("                {command}\n"),
    ];
    ended.assert_failed("teardown", &words);
    assert_eq!(deployment.count("webauthn_credentials").await, 1);
    // That command does remove it.
    deployment.runner.before(Command::Delete, "");
    let mut words = command.split(' ');
    let program = deployment.runner.directory().join(words.next().unwrap());
    let removed = std::process::Command::new(program).args(words).output().unwrap();
    assert!(removed.status.success(), "{removed:?}");
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dyno_that_fails_to_boot_once_is_tried_again() {
    let deployment = Deployment::start().await;
    let mark = deployment.runner.directory().join("tried");
    let once = format!("[ -e '{0}' ] || {{ echo >'{0}'; exit 1; }}", mark.display());
    deployment.runner.before(Command::Delete, &once);
    Smoke::of(&deployment).run().await.assert_passed();
    assert_eq!(deployment.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_was_there_before_is_not_deleted_even_if_the_run_used_it() {
    let deployment = Deployment::start().await;
    let email = "smoke-test+old@moosequest.net";
    deployment.add_shell(email, 1).await;
    let ended = Smoke::of(&deployment).with("RAXX_SMOKE_EMAIL", email).run().await;
    let words = [
        "[step 5] OK  user.id=1 ",
        &format!("[teardown] FAIL  the account of {email} is older than this run\n"),
        "Another run, or somebody by hand, made it before",
    ];
    ended.assert_failed("teardown", &words);
    assert_eq!(deployment.count("users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_away_does_not_keep_the_rows_from_being_removed() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let held = deployment.runner.hold(Command::Mint);
    let mut command = Smoke::of(&deployment).command();
    let mut running = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    held.arrived().await;
    drop(running.stdout.take());
    drop(held);
    assert_eq!(running.wait().await.unwrap().code(), Some(0));
    assert_eq!(deployment.rows().await, before);
    assert_eq!(deployment.count("audit_log WHERE action = 'account.smoke_deleted'").await, 1);
}
