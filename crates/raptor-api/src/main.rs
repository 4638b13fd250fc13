//! The command line of `raptor-api`.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use ghost_contracts::EmailAddress;
use ghost_contracts::commands::{NO_SUCH_ACCOUNT, OLDER_ACCOUNT};
use raptor_api::commands::{self, CommandError};
use raptor_api::settings::{Settings, Variables};
use raptor_api::startup::Application;
use service_kit::audit::command::AuditCommand;
use service_kit::fail_point;
use service_kit::settings::{Faults, LogFormat, Source};
use service_kit::telemetry::{self, Audience};

/// Raptor: accounts, passkey signup and ghost detection.
#[derive(Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service until SIGTERM or Ctrl-C.
    Serve,
    /// Ask the service on this machine, at `PORT`, whether it is alive; exit status 1 where not.
    Health,
    /// Bring the database schema up to date. Safe to run twice and at once.
    Migrate,
    /// Mint a signup link's token and print it. It is good for 30 minutes and works once.
    MintBootstrapToken {
        /// Whose account it may create.
        #[arg(long)]
        email: EmailAddress,
    },
    /// Print what state an account is in, as the Console is told.
    GhostCheck {
        /// Whose account.
        #[arg(long)]
        email: EmailAddress,
    },
    /// Print an account; exit status 3 where there is none.
    ShowAccount {
        /// Whose account.
        #[arg(long)]
        email: EmailAddress,
    },
    /// Delete a smoke test's account and print what was deleted; exit status 4 where it is older
    /// than asked.
    DeleteAccount {
        /// Whose account.
        #[arg(long)]
        email: EmailAddress,
        /// Delete nothing but a smoke account.
        #[arg(long, required = true)]
        if_smoke_test: bool,
        /// Leave an account alone that was made before this time, such as 2026-06-12T10:00:00Z.
        #[arg(long, value_name = "TIME")]
        made_since: Option<DateTime<Utc>>,
    },
    /// The audit log: verify it, export it.
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// Why the process ends badly.
enum Failure {
    Settings(Faults),
    /// With the exit status.
    Audit(u8, String),
    Other(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let variables = Variables::read(Source::process());
    let end = match CommandLine::parse().command {
        Command::Serve => serve(variables).await,
        Command::Health => health(variables).await,
        Command::Audit(command) => audit(command, variables).await,
        command => run(command, variables).await,
    };
    end.unwrap_or_else(|failure| match failure {
        Failure::Settings(faults) => {
            eprint!("{faults}");
            ExitCode::from(2)
        }
        Failure::Audit(status, sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(status)
        }
        Failure::Other(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(1)
        }
    })
}

async fn serve(variables: Variables) -> Result<ExitCode, Failure> {
    let settings: Settings = variables.for_serve()?;
    telemetry::init(settings.log_format, Audience::Service);
    fail_point::arm();
    let failed =
        |error: &dyn std::fmt::Display| Failure::Other(format!("The service ended: {error}."));
    let stop = service_kit::stop::on_signal().map_err(|error| failed(&error))?;
    let application = Application::build(settings).map_err(|error| failed(&error))?;
    tracing::info!(port = application.port(), "listening");
    application.run_until_stopped(stop).await.map_err(|error| failed(&error))?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn health(variables: Variables) -> Result<ExitCode, Failure> {
    let port = variables.for_health()?;
    let alive = service_kit::health::probe(port).await;
    alive.map(|()| ExitCode::SUCCESS).map_err(|error| Failure::Other(error.to_string()))
}

/// Exit status 1 where the log is not intact, 3 where it could not be read.
async fn audit(command: AuditCommand, variables: Variables) -> Result<ExitCode, Failure> {
    let (settings, keys) = variables.for_audit(command.needs_database())?;
    let format = settings.as_ref().map_or(LogFormat::Json, |settings| settings.log_format);
    telemetry::init(format, Audience::Command);
    match commands::audit(command, settings.as_ref(), &keys).await? {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::from(1)),
    }
}

async fn run(command: Command, variables: Variables) -> Result<ExitCode, Failure> {
    if let Command::MintBootstrapToken { email } = &command {
        let (settings, keys) = variables.for_minting()?;
        telemetry::init(settings.log_format, Audience::Command);
        commands::mint_bootstrap_token(&settings, &keys, email).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = variables.for_database()?;
    telemetry::init(settings.log_format, Audience::Command);
    match command {
        Command::Migrate => commands::migrate(&settings).await?,
        Command::GhostCheck { email } => commands::ghost_check(&settings, &email).await?,
        Command::DeleteAccount { email, made_since, .. } => {
            if !commands::delete_account(&settings, &email, made_since).await? {
                eprintln!("Nothing was deleted: the account of {email} is older than asked.");
                return Ok(ExitCode::from(OLDER_ACCOUNT));
            }
        }
        Command::ShowAccount { email } => {
            if !commands::show_account(&settings, &email).await? {
                eprintln!("There is no account of {email}.");
                return Ok(ExitCode::from(NO_SUCH_ACCOUNT));
            }
        }
        Command::Serve
        | Command::Health
        | Command::Audit(_)
        | Command::MintBootstrapToken { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::Settings(faults)
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match &error {
            CommandError::Audit(cause) => Self::Audit(cause.status(), error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}
