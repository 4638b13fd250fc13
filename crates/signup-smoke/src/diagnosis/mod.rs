//! The runbook's table "Interpreting failures": what a symptom probably means and what to do.
//! `docs/runbooks/signup-e2e-smoke.md` is the same table for reading.

mod answer;
mod call;
mod command;
mod outcome;

pub use answer::{Call, refused, unreadable};
pub use call::no_answer_to_call;
pub use command::{Purpose, no_answer_to_command};
pub use outcome::{
    challenge_differs, impossible_options, no_rows, not_ours, other_state, wrong_rows,
};

use crate::runner::Runner;

/// Where to look up a variable of the deployment. Of a secret only that it is there.
fn look_up(runner: &Runner, variable: &str) -> String {
    match runner {
        Runner::Heroku { app } => {
            format!("heroku config --app {app} | grep {variable} | cut -d: -f1")
        }
        Runner::Local => {
            format!("check {variable} in the environment of raptor-api and of this command")
        }
    }
}

/// Where to read what the service itself says.
fn logs(runner: &Runner) -> String {
    match runner {
        Runner::Heroku { app } => format!("heroku logs --app {app} --num 500"),
        Runner::Local => "the log of raptor-api serve".to_owned(),
    }
}
