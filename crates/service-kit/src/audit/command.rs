//! `audit verify`, `audit export` and `audit public-key`, for the command line of either service.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::export::{self, ExportError};
use super::key::{AuditSettings, PublicKey};
use super::verify::{Evidence, OtherLog, Report, Source, Verifier};
use super::{Log, store};
use crate::db::{DbError, Patience, Pool};
use crate::settings::DatabaseSettings;

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify the log and name what was changed, removed, inserted, reordered or cut off; exit
    /// status 1 where something was, 3 where it could not be read.
    Verify(Verify),
    /// Write the log, its seals and its checkpoints, a JSON object a line.
    Export(Export),
    /// Print the public key of AUDIT_SIGNING_KEY, which verifies checkpoints anywhere.
    PublicKey,
}

/// What `audit verify` looks at.
#[derive(Debug, Args)]
pub struct Verify {
    /// Verify this export instead of the database; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Compare with checkpoints that left: JSON lines, or log lines with them inside; - is
    /// standard input.
    #[arg(long, value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// Compare with an export of the other service's log: each keeps the other's heads.
    #[arg(long, value_name = "FILE")]
    pub other: Option<PathBuf>,
    /// Check the signatures of checkpoints with this key, besides those of AUDIT_SIGNING_KEY and
    /// AUDIT_SIGNING_KEY_PREVIOUS.
    #[arg(long, value_name = "KEY", value_parser = PublicKey::parse)]
    pub public_key: Vec<PublicKey>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Where `audit export` writes.
#[derive(Debug, Args)]
pub struct Export {
    /// A file instead of standard output. It must not exist yet.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

impl AuditCommand {
    /// Whether it reads the database.
    #[must_use]
    pub fn needs_database(&self) -> bool {
        match self {
            Self::Verify(verify) => verify.export.is_none(),
            Self::Export(_) => true,
            Self::PublicKey => false,
        }
    }
}

/// Why a command failed: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum AuditCommandError {
    /// The database refused or is away.
    #[error("The audit log could not be read: {0}.")]
    Database(#[from] DbError),
    /// A file could not be read or written.
    #[error("{0}: {1}.")]
    File(String, ExportError),
    /// Standard output is closed.
    #[error("The answer could not be printed: {0}.")]
    Print(#[from] ExportError),
    /// A key is demanded and not there.
    #[error("AUDIT_SIGNING_KEY is not set.")]
    NoKey,
    /// Nothing could be compared, which must not look like a comparison that went well.
    #[error("{0} holds no checkpoint of the log of {1}: nothing can be compared with it.")]
    NoCheckpoint(String, &'static str),
    /// The other service's export is somebody else's.
    #[error("{0} is not an export of the log of {1}.")]
    NotOther(String, &'static str),
    /// The other service's export has lost its end.
    #[error("{0} is incomplete: the end of the export is missing.")]
    Incomplete(String),
    /// Records out of order, which the database never gives.
    #[error("The audit log could not be read: {0}.")]
    Odd(String),
}

impl AuditCommandError {
    /// The exit status: 1 says that a log is not intact, so what could not be read is 3.
    #[must_use]
    pub fn status(&self) -> u8 {
        match self {
            Self::NoKey => 1,
            _ => 3,
        }
    }
}

/// The database as a command reads it, whole, in statements that may take long.
///
/// # Errors
/// Where the TLS settings cannot be used.
pub fn pool(settings: &DatabaseSettings) -> Result<Pool, AuditCommandError> {
    Ok(Pool::with_patience(settings, 1, Patience::of_a_command())?)
}

/// Runs a command; whether all is well. `pool` is the database, where it
/// [is needed](AuditCommand::needs_database).
///
/// # Errors
/// [`AuditCommandError`].
pub async fn run(
    command: AuditCommand,
    log: &Log,
    settings: &AuditSettings,
    pool: Option<&Pool>,
) -> Result<bool, AuditCommandError> {
    match command {
        AuditCommand::Verify(wanted) => {
            let report = verify(&wanted, log, settings, pool).await?;
            let text = match wanted.json {
                true => serde_json::to_string(&report).map_err(|error| print(error.into()))?,
                false => report.to_string(),
            };
            writeln!(io::stdout(), "{text}").map_err(print)?;
            return Ok(report.intact);
        }
        AuditCommand::Export(wanted) => export(&wanted, log, pool).await?,
        AuditCommand::PublicKey => {
            let key = settings.key.as_ref().ok_or(AuditCommandError::NoKey)?.public_key();
            writeln!(io::stdout(), "{}", key.to_text()).map_err(print)?;
        }
    }
    Ok(true)
}

fn print(error: io::Error) -> AuditCommandError {
    AuditCommandError::Print(error.into())
}

fn no_database() -> AuditCommandError {
    AuditCommandError::Odd("no database was given".to_owned())
}

async fn verify(
    wanted: &Verify,
    log: &Log,
    settings: &AuditSettings,
    pool: Option<&Pool>,
) -> Result<Report, AuditCommandError> {
    let mut evidence = Evidence { keys: settings.public_keys(), ..Evidence::default() };
    evidence.keys.extend(&wanted.public_key);
    for path in &wanted.checkpoints {
        let found = open(path).and_then(export::read_checkpoints);
        let mut found = found.map_err(|error| in_file(path, error))?;
        found.retain(|checkpoint| checkpoint.service == log.service);
        if found.is_empty() {
            return Err(AuditCommandError::NoCheckpoint(name(path), log.service));
        }
        evidence.checkpoints.extend(found);
    }
    if let Some(path) = &wanted.other {
        evidence.other = Some(other(path, log)?);
    }
    if let Some(path) = &wanted.export {
        let mut verifier = Verifier::new(log, Source::Export, evidence);
        let read = open(path).and_then(|file| export::read(file, |record| verifier.take(record)));
        read.map_err(|error| in_file(path, error))?;
        return Ok(verifier.finish());
    }
    let mut verifier = Verifier::new(log, Source::Database, evidence);
    let take = |record| verifier.take(record).map_err(AuditCommandError::Odd);
    store::read(pool.ok_or_else(no_database)?, log, take).await?;
    Ok(verifier.finish())
}

fn other(path: &Path, log: &Log) -> Result<OtherLog, AuditCommandError> {
    let mut other = OtherLog::default();
    let read = open(path).and_then(|file| {
        export::read(file, |record| {
            other.take(record);
            Ok(())
        })
    });
    read.map_err(|error| in_file(path, error))?;
    match (other.service == log.peer, other.is_whole()) {
        (true, true) => Ok(other),
        (true, false) => Err(AuditCommandError::Incomplete(name(path))),
        (false, _) => Err(AuditCommandError::NotOther(name(path), log.peer)),
    }
}

async fn export(wanted: &Export, log: &Log, pool: Option<&Pool>) -> Result<(), AuditCommandError> {
    let pool = pool.ok_or_else(no_database)?;
    match &wanted.out {
        None => write(pool, log, io::stdout().lock(), AuditCommandError::Print).await,
        Some(path) => {
            let failed = |error| in_file(path, error);
            // Rows name people: the file is its owner's alone.
            let file = File::options().write(true).create_new(true).mode(0o600).open(path);
            let file = file.map_err(|error| failed(error.into()))?;
            write(pool, log, file, failed).await
        }
    }
}

async fn write(
    pool: &Pool,
    log: &Log,
    to: impl Write,
    failed: impl Fn(ExportError) -> AuditCommandError,
) -> Result<(), AuditCommandError> {
    let mut to = BufWriter::new(to);
    store::read(pool, log, |record| export::write(&record, &mut to).map_err(&failed)).await?;
    to.flush().map_err(|error| failed(error.into()))
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, ExportError> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

fn in_file(path: &Path, error: ExportError) -> AuditCommandError {
    AuditCommandError::File(name(path), error)
}

fn name(path: &Path) -> String {
    match path == Path::new("-") {
        true => "Standard input".to_owned(),
        false => path.display().to_string(),
    }
}
