//! Step 1: no token.

use crate::helpers::{Command, Deployment, Smoke};

const NOTHING_TO_REMOVE: &str = "[teardown] OK  nothing to remove: no account was begun\n";

/// Step 1 fails like this, and neither the API nor the teardown is bothered.
async fn assert_no_token(deployment: &Deployment, smoke: Smoke, words: &[&str]) {
    let ended = smoke.run().await;
    ended.assert_failed("step 1", words);
    ended.assert_failed("step 1", &[NOTHING_TO_REMOVE]);
    assert_eq!(deployment.router.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_signing_key_is_named_and_where_to_look_for_it() {
    let deployment = Deployment::start().await;
    deployment.runner.set("BOOTSTRAP_TOKEN_SIGNING_KEY", "");
    let words = [
        "[step 1] FAIL  heroku run exited 2\n",
        "    $ heroku run --exit-code --no-tty --app raxx-api-prod -- raptor-api mint-",
        "      BOOTSTRAP_TOKEN_SIGNING_KEY  is required and not set\n",
        "  Likely cause: BOOTSTRAP_TOKEN_SIGNING_KEY not set on prod",
        "  Next step:    heroku config --app raxx-api-prod | grep BOOTSTRAP",
    ];
    assert_no_token(&deployment, Smoke::of(&deployment), &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_told_in_the_commands_own_words() {
    let deployment = Deployment::start().await;
    deployment.runner.set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    let words = [
        "[step 1] FAIL  heroku run exited 1\n",
        "    Nothing was changed: the database is unavailable",
        "or its database is away",
    ];
    assert_no_token(&deployment, Smoke::of(&deployment), &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_not_there_is_told_apart_from_one_that_fails() {
    let deployment = Deployment::start().await;
    deployment.runner.remove("heroku");
    let words =
        ["[step 1] FAIL  heroku run: there is no such program", "The Heroku CLI is not installed"];
    let smoke = Smoke::of(&deployment).with_stand_ins_alone(&deployment);
    assert_no_token(&deployment, smoke, &words).await;
    deployment.runner.remove("raptor-api");
    let smoke = Smoke::of(&deployment).with_stand_ins_alone(&deployment);
    let local = smoke.with("RAXX_SMOKE_RUNNER", "local");
    assert_no_token(&deployment, local, &["raptor-api is not on the PATH"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_heroku_cli_itself_refuses_is_no_fault_of_the_service() {
    let deployment = Deployment::start().await;
    let refused = "printf ' \\342\\226\\270    Couldn'\\''t find that app.\\n'; exit 1";
    deployment.runner.before(Command::Mint, refused);
    let words = ["Couldn't find that app.", "  Next step:    heroku auth:whoami"];
    assert_no_token(&deployment, Smoke::of(&deployment), &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slug_without_the_program_is_recognised() {
    let deployment = Deployment::start().await;
    deployment.runner.before(Command::Mint, "echo 'bash: raptor-api: command not found'; exit 127");
    let words = ["heroku run exited 127", "There is no raptor-api in the slug"];
    assert_no_token(&deployment, Smoke::of(&deployment), &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_hangs_is_killed_with_all_its_processes() {
    let deployment = Deployment::start().await;
    let pid = deployment.runner.directory().join("pid");
    let hang = format!("sleep 1000 & echo $! >'{}'; wait", pid.display());
    deployment.runner.before(Command::Mint, &hang);
    let smoke = Smoke::of(&deployment).arguments(["--runner-timeout", "1"]);
    let words = [
        "[step 1] FAIL  heroku run timeout after 1 s\n",
        "  Likely cause: Dyno boot under load\n",
        "  Next step:    Re-run the smoke; if it persists, check Heroku metrics\n",
    ];
    assert_no_token(&deployment, smoke, &words).await;
    let pid = std::fs::read_to_string(pid).unwrap();
    let asleep = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    test_support::wait::eventually("the grandchild is gone", || async move {
        rustix::process::test_kill_process(asleep).is_err().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_without_a_token_for_this_address_is_no_answer() {
    let deployment = Deployment::start().await;
    for output in [
        "echo 'not a token'",
        "echo eyJ2IjoxLCJlbWFpbCI6ImFkYSJ9.abc",
        // Somebody else's token.
        "set -- mint-bootstrap-token --email ada@example.com; exec \"$RAPTOR_API\" \"$@\"",
    ] {
        deployment.runner.before(Command::Mint, &format!("{output}; exit 0"));
        let words =
            ["heroku run printed no line of the expected shape", "Another version of raptor-api"];
        assert_no_token(&deployment, Smoke::of(&deployment), &words).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_different_tokens_are_no_answer_and_are_not_shown_whole() {
    let deployment = Deployment::start().await;
    let printed = deployment.runner.directory().join("printed");
    let twice = format!(
        "\"$RAPTOR_API\" \"$@\" | tee '{0}'; \"$RAPTOR_API\" \"$@\" | tee -a '{0}'; exit 0",
        printed.display()
    );
    deployment.runner.before(Command::Mint, &twice);
    let ended = Smoke::of(&deployment).run().await;
    ended.assert_failed("step 1", &["heroku run printed several lines that differ"]);
    let tokens = std::fs::read_to_string(printed).unwrap();
    assert_eq!(tokens.lines().count(), 2);
    for token in tokens.lines() {
        assert!(!ended.out.contains(token), "{}", ended.out);
    }
}
