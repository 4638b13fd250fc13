//! The command line of `signup-smoke`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, value_parser};
use serde_json::json;
use service_kit::clock::Clock;
use service_kit::settings::{Faults, Source};
use signup_smoke::drill::drill;
use signup_smoke::interrupt::Interrupt;
use signup_smoke::report::{Kind, Report};
use signup_smoke::run::{Limits, Run, conduct};
use signup_smoke::settings::Settings;
use signup_smoke::smoke::sign_up;
use signup_smoke::verdict::Verdict;

/// Prove on a live deployment that a person can sign up.
///
/// Mints a bootstrap token through the runner, signs up with a synthetic passkey over the public
/// API, looks at the rows through the runner, and deletes them again, whatever happens.
#[derive(Parser)]
#[command(version, after_help = VARIABLES)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// Print one JSON object, the verdict, on standard output; all else goes to standard error.
    #[arg(long, global = true)]
    json: bool,
    /// How long a command of the runner may take.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 60,
          value_parser = value_parser!(u32).range(1..))]
    runner_timeout: u32,
    /// How long an answer of the API may take.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 30,
          value_parser = value_parser!(u32).range(1..))]
    api_timeout: u32,
}

#[derive(Subcommand)]
enum Command {
    /// Break signups off on purpose, and see whether the ghost detection notices.
    Drill {
        /// Wait until an unfinished signup counts as a ghost too, which takes 5 minutes.
        #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true,
              default_missing_value = "305")]
        wait: Option<u32>,
    },
}

const VARIABLES: &str = "\
Variables (an empty one counts as unset):
  RAXX_SMOKE_ALLOW_PROD  Required, must be 1: keeps a CI from writing to production by accident.
  RAXX_SMOKE_EMAIL       The account to make and delete, smoke-test+<anything>@moosequest.net.
                         [default: smoke-test+<unix time>@moosequest.net]
  RAXX_SMOKE_API_URL     Where the API is. [default: https://api.raxx.app]
  RAXX_SMOKE_ORIGIN      What the synthetic browser says it is: the RAPTOR_PUBLIC_URL of the
                         deployment. [default: the origin of RAXX_SMOKE_API_URL]
  RAXX_SMOKE_RUNNER      How commands of raptor-api are run. [default: heroku]
                           heroku  heroku run --app $HEROKU_APP -- raptor-api …
                           local   raptor-api … from the PATH, with the variables it needs
  HEROKU_APP             The Heroku app. [default: raxx-api-prod]
  RAXX_OPERATOR_EMAIL    Never used as the smoke address and never deleted.
                         [default: kris@moosequest.net]
  SMOKE_EMAIL_DOMAIN     As the deployment has it. [default: moosequest.net]

Exit status: 0 PASS, 1 FAIL (also when only the teardown failed), 2 refused or misconfigured:
then nothing was sent anywhere.";

#[tokio::main]
async fn main() -> ExitCode {
    let CommandLine { command, options } = CommandLine::parse();
    let clock = Clock::system();
    let source = Source::process();
    let terminal = is_terminal(&options);
    let settings = match Settings::read(source, &clock) {
        Ok(settings) => settings,
        Err(faults) => return refuse(&faults, options.json),
    };
    match run(command, &options, settings, &clock, terminal).await {
        Ok(verdict) => {
            if options.json {
                print(&verdict.json());
            }
            if verdict.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("Nothing was started: {error}.");
            ExitCode::from(2)
        }
    }
}

async fn run(
    command: Option<Command>,
    options: &Options,
    settings: Settings,
    clock: &Clock,
    terminal: bool,
) -> Result<Verdict, Box<dyn std::error::Error>> {
    let limits = Limits {
        command: Duration::from_secs(options.runner_timeout.into()),
        call: Duration::from_secs(options.api_timeout.into()),
    };
    let report = if options.json {
        Report::new(Box::new(std::io::stderr()), terminal)
    } else {
        Report::new(Box::new(std::io::stdout()), terminal)
    };
    let run = Arc::new(Run::new(settings, limits, report, Interrupt::listen()?)?);
    let began = clock.now();
    Ok(match command {
        None => conduct(Kind::Smoke, run, began, async |run| sign_up(&run).await).await,
        Some(Command::Drill { wait }) => {
            let wait = wait.map(|seconds| Duration::from_secs(seconds.into()));
            conduct(Kind::Drill, run, began, async move |run| drill(&run, wait).await).await
        }
    })
}

/// Whether a person watches, at a terminal that can write over a line.
fn is_terminal(options: &Options) -> bool {
    let plain = std::env::var_os("TERM").is_none_or(|kind| kind == "dumb");
    let watched = if options.json {
        std::io::stderr().is_terminal()
    } else {
        std::io::stdout().is_terminal()
    };
    watched && !plain
}

fn refuse(faults: &Faults, as_json: bool) -> ExitCode {
    eprint!("{faults}");
    if as_json {
        let reasons: Vec<_> = faults
            .0
            .iter()
            .map(|fault| json!({"variable": fault.name, "reason": fault.reason}))
            .collect();
        print(&json!({"verdict": "REFUSED", "reasons": reasons}));
    }
    ExitCode::from(2)
}

fn print(answer: &serde_json::Value) {
    // A reader that has gone away does not change the exit status.
    let _ = writeln!(std::io::stdout(), "{answer}");
}
