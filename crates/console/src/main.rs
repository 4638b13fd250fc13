//! The Console's commands (section 9 of the contracts).

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use console::db;
use console::domain::actor::Actor;
use console::domain::permission::Role;
use console::domain::retention::{self, Mode};
use console::domain::{admin, flag};
use console::http::admins::enroll_url;
use console::settings::Variables;
use console::startup::{Application, MIGRATIONS};
use ghost_contracts::EmailAddress;
use service_kit::audit::command::{self, AuditCommand, AuditCommandError};
use service_kit::clock::Clock;
use service_kit::db::Pool;
use service_kit::fail_point;
use service_kit::migrate;
use service_kit::settings::{DatabaseSettings, Faults, Source};
use service_kit::stop;
use service_kit::telemetry::{self, Audience};

/// A command needs one connection at a time.
const COMMAND_POOL: usize = 1;

/// The operators' Console of the Raxx beta.
#[derive(Parser)]
#[command(name = "console", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service until SIGTERM or Ctrl-C; then finishes what it began.
    Serve,
    /// Asks the service on this machine, at `PORT`, whether it is alive; exit status 1 where not.
    Health,
    /// Brings the database's schema up to date. Safe to run twice, and at once.
    Migrate,
    /// Operators.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Feature flags.
    #[command(subcommand)]
    Flag(FlagCommand),
    /// The audit log: verifies it, exports it.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// What is kept no longer than two years.
    #[command(subcommand)]
    Retention(RetentionCommand),
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Invites an operator and prints the enrolment link, alone, on standard output. Somebody who
    /// has not enrolled yet gets a new link; the old one stops working.
    Invite {
        /// Their e-mail address.
        #[arg(long)]
        email: EmailAddress,
        /// superadmin, support or readonly.
        #[arg(long)]
        role: Role,
    },
}

#[derive(Subcommand)]
enum FlagCommand {
    /// Switches a flag.
    Set {
        /// The flag, as in beta_ghost_reset.
        name: String,
        /// What it is to be.
        value: OnOff,
    },
}

#[derive(Subcommand)]
enum RetentionCommand {
    /// Removes what ended more than 24 whole months ago, the audit log by whole sealed months, and
    /// says what it removed. Safe to run twice, and at once. Exit status 1 where a month of the
    /// audit log could not be removed.
    Run {
        /// Only say what would be removed.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnOff {
    On,
    Off,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The settings: exit status 2.
    #[error(transparent)]
    Settings(#[from] Faults),
    /// About the audit log: it says its exit status itself.
    #[error(transparent)]
    Audit(#[from] AuditCommandError),
    /// Anything else, in one sentence: exit status 1.
    #[error("{0}")]
    Sentence(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let variables = Variables::read(Source::process());
    let audience = match arguments.command {
        Command::Serve => Audience::Service,
        _ => Audience::Command,
    };
    telemetry::init(variables.log_format(), audience);
    let result = match arguments.command {
        Command::Audit(command) => return end(audit(variables, command).await),
        Command::Retention(RetentionCommand::Run { dry_run }) => {
            return end(retain(variables, dry_run).await);
        }
        Command::Serve => serve(variables).await,
        Command::Health => health(variables).await,
        Command::Migrate => migrate(variables).await,
        Command::Admin(AdminCommand::Invite { email, role }) => {
            invite(variables, &email, role).await
        }
        Command::Flag(FlagCommand::Set { name, value }) => {
            set_flag(variables, &name, value == OnOff::On).await
        }
    };
    end(result.map(|()| true))
}

/// Exit status 1 also where all went well and the answer is no.
fn end(result: Result<bool, Failure>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            let status = match &failure {
                Failure::Settings(_) => 2,
                Failure::Audit(error) => error.status(),
                Failure::Sentence(_) => 1,
            };
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{}", failure.to_string().trim_end());
            ExitCode::from(status)
        }
    }
}

async fn serve(variables: Variables) -> Result<(), Failure> {
    let settings = variables.for_serve()?;
    fail_point::arm();
    let stop = stop::on_signal().map_err(sentence)?;
    let application = Application::build(settings).map_err(sentence)?;
    tracing::info!(port = application.port(), "listening");
    application.run_until_stopped(stop).await.map_err(sentence)
}

async fn health(variables: Variables) -> Result<(), Failure> {
    service_kit::health::probe(variables.for_health()?).await.map_err(sentence)
}

async fn migrate(variables: Variables) -> Result<(), Failure> {
    let database = variables.for_migrate()?;
    let applied = migrate::run(&database, MIGRATIONS).await.map_err(sentence)?;
    let mut connection = service_kit::db::connect(&database).await.map_err(sentence)?;
    db::audit_partition::ensure(&mut connection).await.map_err(sentence)?;
    print(&migrate::summary(&applied))
}

async fn invite(variables: Variables, email: &EmailAddress, role: Role) -> Result<(), Failure> {
    let (database, public_url) = variables.for_admin()?;
    let pool = pool(&database)?;
    let invited = admin::invite(&pool, &Actor::cli(), email, role).await.map_err(sentence)?;
    print(&enroll_url(&public_url, &invited.token))
}

async fn set_flag(variables: Variables, name: &str, enabled: bool) -> Result<(), Failure> {
    let (database, overrides) = variables.for_flag()?;
    let pool = pool(&database)?;
    flag::set(&pool, &overrides, &Actor::cli(), name, enabled).await.map_err(sentence)?;
    print(&format!("{name} is {}.", if enabled { "on" } else { "off" }))
}

async fn audit(variables: Variables, command: AuditCommand) -> Result<bool, Failure> {
    let (database, keys) = variables.for_audit(command.needs_database())?;
    let pool = database.as_ref().map(command::pool).transpose()?;
    Ok(command::run(command, &db::audit::LOG, &keys, pool.as_ref()).await?)
}

async fn retain(variables: Variables, dry_run: bool) -> Result<bool, Failure> {
    let (database, key) = variables.for_retention(!dry_run)?;
    let mode = match &key {
        Some(key) if !dry_run => Mode::Remove(key),
        _ => Mode::Look,
    };
    let (pool, now) = (pool(&database)?, Clock::system().now());
    let removed = retention::run(&pool, &Actor::cli(), now, mode).await.map_err(sentence)?;
    print(&removed.to_string())?;
    Ok(removed.is_complete())
}

fn pool(database: &DatabaseSettings) -> Result<Pool, Failure> {
    Pool::new(database, COMMAND_POOL).map_err(sentence)
}

/// The answer of a command: standard output holds nothing else.
fn print(answer: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{answer}").map_err(sentence)
}

fn sentence(error: impl std::fmt::Display) -> Failure {
    Failure::Sentence(error.to_string())
}
