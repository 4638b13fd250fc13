//! Where the services log to: a directory that goes with the demo, or with the next one.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "raxx-demo-";
const LOCK: &str = "owner.lock";

/// A directory, removed on drop. A demo that was killed cannot do that, so each one also
/// removes those whose lock nobody holds.
#[derive(Debug)]
pub(super) struct Logs {
    directory: TempDir,
    _lock: File,
}

impl Logs {
    /// Makes one under the temporary directory.
    pub(super) fn create() -> io::Result<Self> {
        let base = std::env::temp_dir();
        sweep(&base);
        Self::create_in(&base)
    }

    fn create_in(base: &Path) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(base)?;
        let lock = File::create_new(directory.path().join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self { directory, _lock: lock })
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Best effort: what belongs to others stays, and so does one that has no lock yet.
fn sweep(base: &Path) {
    let Ok(entries) = std::fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let unowned = File::open(entry.path().join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok());
        if unowned {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_demo_left_is_swept_and_what_is_in_use_is_not() {
        let base = tempfile::tempdir().unwrap();
        let used = Logs::create_in(base.path()).unwrap();
        let killed = base.path().join(format!("{PREFIX}killed"));
        std::fs::create_dir(&killed).unwrap();
        File::create_new(killed.join(LOCK)).unwrap();
        let foreign = base.path().join("foreign");
        std::fs::create_dir(&foreign).unwrap();
        sweep(base.path());
        assert!(used.path().exists());
        assert!(!killed.exists());
        assert!(foreign.exists());
    }
}
