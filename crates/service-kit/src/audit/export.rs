//! Exports: the whole log as JSON, a [`Record`] a line, to be kept and verified anywhere.

use std::io::{self, BufRead, Write};

use super::checkpoint::Checkpoint;
use super::record::Record;

/// The longest line that is read, in bytes. A row of the log is far below.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// Why an export could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line that is no record.
    #[error("line {line} is no record of an audit log: {reason}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// Writes a record.
///
/// # Errors
/// Where it cannot be written.
pub fn write(record: &Record, to: &mut impl Write) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *to, record).map_err(io::Error::from)?;
    Ok(to.write_all(b"\n")?)
}

/// Reads an export, record by record. A record that `take` refuses, with a sentence, is malformed.
///
/// # Errors
/// [`ExportError`].
pub fn read(
    from: impl BufRead,
    mut take: impl FnMut(Record) -> Result<(), String>,
) -> Result<(), ExportError> {
    lines(from, |line, text| {
        let record = serde_json::from_str(text).map_err(|error| error.to_string());
        record.and_then(&mut take).map_err(|reason| ExportError::Malformed { line, reason })
    })
}

/// Reads the checkpoints in a file: JSON lines, or log lines that hold them. Lines without one are
/// passed over.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_checkpoints(from: impl BufRead) -> Result<Vec<Checkpoint>, ExportError> {
    let mut found = Vec::new();
    lines(from, |_, text| {
        found.extend(Checkpoint::find(text));
        Ok(())
    })?;
    Ok(found)
}

fn lines(
    mut from: impl BufRead,
    mut take: impl FnMut(usize, &str) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if io::Read::take(&mut from, LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&bytes);
        if !text.trim().is_empty() {
            take(line, text.trim())?;
        }
    }
    Ok(())
}
