//! A run of the smoke, as a person starts it.

use std::collections::BTreeMap;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::{Deployment, programs};

/// A smoke to be.
pub struct Smoke {
    variables: BTreeMap<&'static str, String>,
    arguments: Vec<String>,
}

/// One that is under way. It is killed when this goes.
pub struct Running {
    process: Child,
    out: BufReader<ChildStdout>,
    /// What it has printed that is read already.
    printed: Vec<u8>,
}

/// One that is over.
#[derive(Debug)]
pub struct Ended {
    /// `None` where a signal has ended it.
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Smoke {
    /// Against that deployment, through the stand-in for the Heroku CLI.
    pub fn of(deployment: &Deployment) -> Self {
        let stand_ins = deployment.runner.directory().display();
        let variables = [
            ("PATH", format!("{stand_ins}:/usr/local/bin:/usr/bin:/bin")),
            ("RAXX_SMOKE_ALLOW_PROD", "1".to_owned()),
            ("RAXX_SMOKE_API_URL", deployment.router.url()),
            ("RAXX_SMOKE_ORIGIN", deployment.origin().to_owned()),
        ];
        Self { variables: variables.into(), arguments: Vec::new() }
    }

    /// With another value of a variable; an empty one unsets it.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// With nothing on the PATH but the stand-ins: a real CLI must not be found in their place.
    pub fn with_stand_ins_alone(self, deployment: &Deployment) -> Self {
        let stand_ins = deployment.runner.directory().display().to_string();
        self.with("PATH", stand_ins)
    }

    pub fn arguments<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
        self
    }

    pub fn start(self) -> Running {
        let mut command = self.command();
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        Running { process, out, printed: Vec::new() }
    }

    /// Without its streams.
    pub fn command(self) -> Command {
        let mut command = Command::new(programs::SIGNUP_SMOKE);
        command.args(self.arguments).env_clear().envs(self.variables);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    pub async fn run(self) -> Ended {
        self.start().end().await
    }
}

impl Running {
    pub fn signal(&self, signal: Signal) {
        let pid = self.process.id().and_then(|id| Pid::from_raw(id.try_into().unwrap())).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it has printed these words. Nothing is lost where the caller stops waiting.
    pub async fn until_it_says(&mut self, words: &str) {
        while !String::from_utf8_lossy(&self.printed).contains(words) {
            let read = self.out.fill_buf().await.unwrap();
            assert_ne!(read.len(), 0, "it has ended without saying {words:?}");
            self.printed.extend(read);
            let length = read.len();
            self.out.consume(length);
        }
    }

    pub async fn end(mut self) -> Ended {
        self.out.read_to_end(&mut self.printed).await.unwrap();
        let output = self.process.wait_with_output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(self.printed), text(output.stderr));
        Ended { status: output.status.code(), out, err }
    }
}

impl Ended {
    /// PASS.
    pub fn assert_passed(&self) {
        assert_eq!((self.status, self.err.as_str()), (Some(0), ""), "{}", self.out);
        assert!(self.out.contains("VERDICT: PASS\n"), "{}", self.out);
    }

    /// FAIL, first at that step, with all of these words.
    pub fn assert_failed(&self, step: &str, words: &[&str]) {
        let Self { out, err, status } = self;
        assert_eq!((status, err.as_str()), (&Some(1), ""), "{out}");
        let place = format!("VERDICT: FAIL\n  failed at:            {step}\n");
        assert!(out.contains(&place), "{place}{out}");
        assert!(out.contains("[teardown] "), "{out}");
        assert!(out.contains("\n  Likely cause: ") && out.contains("\n  Next step:    "), "{out}");
        for words in words {
            assert!(out.contains(words), "{words:?} is missing in:\n{out}");
        }
    }
}
