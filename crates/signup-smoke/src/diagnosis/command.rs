//! Commands that gave no answer.

use super::{logs, look_up};
use crate::failure::Failure;
use crate::runner::{How, NoAnswer, Runner};

/// What the command was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Minting the token.
    Mint,
    /// Looking at the rows.
    Look,
    /// Deleting them.
    Delete,
}

/// A command that gave no answer.
#[must_use]
pub fn no_answer_to_command(purpose: Purpose, failed: &NoAnswer, runner: &Runner) -> Failure {
    let (cause, next) = advice(purpose, failed, runner);
    let printed = failed.output.trim_end();
    let printed = if printed.is_empty() { "(it printed nothing)" } else { printed };
    Failure::new(symptom(failed, runner), cause, next)
        .with_evidence(format!("$ {}\n{printed}", failed.command))
}

fn symptom(failed: &NoAnswer, runner: &Runner) -> String {
    let program = runner.program();
    match &failed.how {
        How::NotFound => format!("{program}: there is no such program on the PATH"),
        How::NotStarted(why) => format!("{program} could not be started: {why}"),
        How::Exited(status) => format!("{program} exited {status}"),
        How::Killed => format!("{program} was killed by a signal"),
        How::TimedOut(limit) => format!("{program} timeout after {} s", limit.as_secs()),
        How::NoLine => format!("{program} printed no line of the expected shape"),
        How::SeveralLines => format!("{program} printed several lines that differ"),
    }
}

fn advice(purpose: Purpose, failed: &NoAnswer, runner: &Runner) -> (String, String) {
    let advice = |cause: &str, next: String| (cause.to_owned(), next);
    match (&failed.how, runner) {
        (How::NotFound, Runner::Heroku { .. }) => advice(
            "The Heroku CLI is not installed",
            "Install it (https://devcenter.heroku.com/articles/heroku-cli) and sign in with \
             heroku login"
                .to_owned(),
        ),
        (How::NotFound, Runner::Local) => advice(
            "raptor-api is not on the PATH",
            "Put the directory of the built raptor-api in front of the PATH".to_owned(),
        ),
        (How::TimedOut(_), Runner::Heroku { .. }) => advice(
            "Dyno boot under load",
            "Re-run the smoke; if it persists, check Heroku metrics".to_owned(),
        ),
        (How::TimedOut(_) | How::Killed, _) => advice(
            "raptor-api waits for its database, or the machine is short of something",
            format!("Re-run the smoke; if it persists, {}", look_up(runner, "DATABASE_URL")),
        ),
        (How::NotStarted(_), _) => advice(
            "This machine would not run it",
            "Check that it is executable and made for this machine".to_owned(),
        ),
        (How::NoLine | How::SeveralLines, _) => advice(
            "Another version of raptor-api runs there, or its output came mixed up",
            "Look at the output above; run the smoke from the commit that is deployed".to_owned(),
        ),
        (How::Exited(_), Runner::Heroku { app }) if is_the_clis_own(&failed.output) => advice(
            "The Heroku CLI is not signed in, or this account cannot see the app",
            format!("heroku auth:whoami; heroku apps:info --app {app}"),
        ),
        (How::Exited(126 | 127), _) => advice(
            "There is no raptor-api in the slug that is deployed",
            format!("Check what was released last, and {}", logs(runner)),
        ),
        (How::Exited(_), _) => exited(purpose, runner),
    }
}

/// `raptor-api` itself has said no. It says why in one sentence, which is in the evidence.
fn exited(purpose: Purpose, runner: &Runner) -> (String, String) {
    match purpose {
        Purpose::Mint => (
            "BOOTSTRAP_TOKEN_SIGNING_KEY not set on prod, or its database is away (the output \
             says which)"
                .to_owned(),
            look_up(runner, "BOOTSTRAP"),
        ),
        Purpose::Look => (
            "The database is away for the command, though it was there for the API".to_owned(),
            look_up(runner, "DATABASE_URL"),
        ),
        Purpose::Delete => (
            "The database is away, audit_log refuses rows, or SMOKE_EMAIL_DOMAIN is another \
             there (the output says which)"
                .to_owned(),
            "Mend that, then remove what is left by hand".to_owned(),
        ),
    }
}

fn is_the_clis_own(output: &str) -> bool {
    ["Couldn't find that app", "Invalid credentials", "not logged in", "do not have access"]
        .iter()
        .any(|words| output.contains(words))
}
