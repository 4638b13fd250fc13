//! Running commands of `raptor-api` where the deployment is: what the harness must not ask the
//! public API about, because that is what is being tested.

mod child;
mod output;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use ghost_contracts::commands::{AccountSummary, DeletedAccount, NO_SUCH_ACCOUNT, OLDER_ACCOUNT};
use ghost_contracts::raptor::GhostCheck;
use serde::de::DeserializeOwned;

use crate::address::SmokeAddress;
use crate::minted::Minted;
use child::End;
use output::Picked;

/// Where the commands run (`RAXX_SMOKE_RUNNER`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// On a one-off dyno of this app.
    Heroku {
        /// `HEROKU_APP`.
        app: String,
    },
    /// On this machine: `raptor-api` from the PATH.
    Local,
}

/// The commands, each with the same time limit.
#[derive(Debug, Clone)]
pub struct Commands {
    runner: Runner,
    limit: Duration,
}

/// What became of a wish to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// This is gone now.
    Done(DeletedAccount),
    /// The account is older than the run: it is another's.
    NotOurs,
}

/// Why a command gave no answer, and what it printed instead.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    /// How it ended.
    pub how: How,
    /// The command line, to be pasted into a shell.
    pub command: String,
    /// Both of its streams.
    pub output: String,
}

/// How a command ended that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// There is no such program on the PATH.
    NotFound,
    /// The operating system would not start it.
    NotStarted(String),
    /// It said no.
    Exited(i32),
    /// A signal ended it.
    Killed,
    /// It took longer than this, and was killed.
    TimedOut(Duration),
    /// It succeeded, but printed no line of the expected shape.
    NoLine,
    /// It printed several that differ.
    SeveralLines,
}

impl Runner {
    /// The words in front of `raptor-api`'s own.
    fn command_line(&self, arguments: &[&str]) -> Vec<String> {
        let front = match self {
            Self::Heroku { app } => {
                vec!["heroku", "run", "--exit-code", "--no-tty", "--app", app, "--"]
            }
            Self::Local => Vec::new(),
        };
        let words = front.into_iter().chain(["raptor-api"]).chain(arguments.iter().copied());
        words.map(str::to_owned).collect()
    }

    /// What is being run, as a sentence about its failure begins.
    #[must_use]
    pub fn program(&self) -> &'static str {
        match self {
            Self::Heroku { .. } => "heroku run",
            Self::Local => "raptor-api",
        }
    }

    /// The command that deletes the account of `email`, to be pasted into a shell.
    #[must_use]
    pub fn delete_command(&self, email: &SmokeAddress) -> String {
        self.command_line(&["delete-account", "--email", email.as_str(), "--if-smoke-test"])
            .join(" ")
    }
}

/// The app, or this machine.
impl fmt::Display for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heroku { app } => f.write_str(app),
            Self::Local => f.write_str("local raptor-api"),
        }
    }
}

impl Commands {
    /// With a time limit for each.
    #[must_use]
    pub fn new(runner: Runner, limit: Duration) -> Self {
        Self { runner, limit }
    }

    /// Mints a bootstrap token.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`].
    pub async fn mint(&self, email: &SmokeAddress) -> Result<Minted, NoAnswer> {
        let arguments = ["mint-bootstrap-token", "--email", email.as_str()];
        self.ask(&arguments, |line| Minted::read(line, email)).await
    }

    /// Looks at the account; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`].
    pub async fn show_account(
        &self,
        email: &SmokeAddress,
    ) -> Result<Option<AccountSummary>, NoAnswer> {
        let arguments = ["show-account", "--email", email.as_str()];
        let of_email = |account: &AccountSummary| account.email == *email.email();
        match self.ask(&arguments, |line| json(line).filter(of_email)).await {
            Err(no_answer) if no_answer.how == How::Exited(NO_SUCH_ACCOUNT.into()) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Asks what the ghost detection sees.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`].
    pub async fn ghost_check(&self, email: &SmokeAddress) -> Result<GhostCheck, NoAnswer> {
        self.ask(&["ghost-check", "--email", email.as_str()], json).await
    }

    /// Deletes the account, where it was made at `made_since` or later.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`].
    pub async fn delete_account(
        &self,
        email: &SmokeAddress,
        made_since: DateTime<Utc>,
    ) -> Result<Deletion, NoAnswer> {
        let made_since = made_since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let arguments = ["delete-account", "--email", email.as_str(), "--if-smoke-test"];
        let arguments = [&arguments[..], &["--made-since", &made_since]].concat();
        match self.ask(&arguments, json).await {
            Err(no_answer) if no_answer.how == How::Exited(OLDER_ACCOUNT.into()) => {
                Ok(Deletion::NotOurs)
            }
            answer => answer.map(Deletion::Done),
        }
    }

    /// Runs a command and takes the one line that `read` can make something of.
    async fn ask<T: PartialEq>(
        &self,
        arguments: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, NoAnswer> {
        let words = self.runner.command_line(arguments);
        let finished = child::run(&words, self.limit).await;
        let how = match finished.end {
            End::NotFound => How::NotFound,
            End::NotStarted(why) => How::NotStarted(why),
            End::Exited(0) => match output::pick(&finished.output, read) {
                Picked::One(answer) => return Ok(answer),
                Picked::None => How::NoLine,
                Picked::Several => How::SeveralLines,
            },
            End::Exited(status) => How::Exited(status),
            End::Killed => How::Killed,
            End::TimedOut => How::TimedOut(self.limit),
        };
        Err(NoAnswer { how, command: words.join(" "), output: finished.output })
    }
}

fn json<T: DeserializeOwned>(line: &str) -> Option<T> {
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_lines_are_those_of_section_11() {
        let heroku = Runner::Heroku { app: "raxx-api-prod".to_owned() };
        assert_eq!(
            heroku.command_line(&["ghost-check", "--email", "a@b.example"]).join(" "),
            "heroku run --exit-code --no-tty --app raxx-api-prod -- \
             raptor-api ghost-check --email a@b.example"
        );
        assert_eq!(Runner::Local.command_line(&["migrate"]), ["raptor-api", "migrate"]);
    }
}
