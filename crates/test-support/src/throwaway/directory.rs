//! The directory a throw-away server lives in, and the sweeping of abandoned ones.
//!
//! Its owner holds a lock on a file inside. The system releases it when the process ends,
//! so "nobody holds the lock" means "abandoned", also where the process id is in use again.

use std::fs::File;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Account, StartError};

const LOCK: &str = "owner.lock";

/// A directory for one server, open to its account alone. The server's watchdog removes
/// it; this type holds the lock that says that it is in use.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    account: Option<Account>,
    _lock: File,
}

impl Directory {
    /// Makes one named `raxx-<kind>-…` under the temporary directory, and removes those of
    /// the same kind that nobody owns any more. `refuses_root`: where we are root, the
    /// directory belongs to an unprivileged account and the server must run as it.
    pub(crate) fn create(kind: &str, refuses_root: bool) -> Result<Self, StartError> {
        let base = std::env::temp_dir();
        let made = make(&base).map_err(StartError::io("make a temporary directory"))?;
        // The account may not be able to enter root's own temporary directory.
        let (base, made) = match made {
            made if made.root && refuses_root && base != Path::new("/tmp") => {
                let base = PathBuf::from("/tmp");
                let made = make(&base).map_err(StartError::io("make a directory in /tmp"))?;
                (base, made)
            }
            made => (base, made),
        };
        let account = if made.root && refuses_root {
            let account = Account::unprivileged().ok_or(StartError::NoAccount)?;
            chown(made.temporary.path(), Some(account.uid), Some(account.gid))
                .map_err(StartError::io("give a directory to the server's account"))?;
            Some(account)
        } else {
            None
        };
        let prefix = format!("raxx-{kind}-");
        sweep(&base, &prefix);
        Self::publish(made, &base, &prefix, account)
    }

    /// Gives the directory the name that sweeping looks for. It has its lock by then, so
    /// that a sweep cannot take it for abandoned in between.
    fn publish(
        made: Made,
        base: &Path,
        prefix: &str,
        account: Option<Account>,
    ) -> Result<Self, StartError> {
        let random = format!("{prefix}{}", uuid::Uuid::new_v4().simple());
        let path = base.join(random);
        std::fs::rename(made.temporary.path(), &path)
            .map_err(StartError::io("name a temporary directory"))?;
        let _ = made.temporary.keep();
        Ok(Self { path, account, _lock: made.lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whom the server has to run as; `None`: as ourselves.
    pub(crate) fn account(&self) -> Option<Account> {
        self.account
    }
}

struct Made {
    temporary: tempfile::TempDir,
    lock: File,
    root: bool,
}

fn make(base: &Path) -> std::io::Result<Made> {
    let temporary = tempfile::Builder::new().prefix("new-raxx-").tempdir_in(base)?;
    let lock = File::create_new(temporary.path().join(LOCK))?;
    lock.try_lock().map_err(std::io::Error::from)?;
    let root = temporary.path().metadata()?.uid() == 0;
    Ok(Made { temporary, lock, root })
}

/// Stops and removes what nobody owns. Best effort: what belongs to others stays.
fn sweep(base: &Path, prefix: &str) {
    let Ok(entries) = std::fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let path = entry.path();
        let Ok(lock) = File::open(path.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            kill_server(&path);
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

/// Kills the server of an abandoned directory, if its watchdog could not. Its number may
/// belong to another process by now: only one whose command names the directory is ours.
fn kill_server(directory: &Path) {
    let Ok(stop) = std::fs::read_to_string(directory.join("stop")) else { return };
    let Some((signal, pid)) = stop.trim().split_once(' ') else { return };
    let Ok(command) = Command::new("ps").args(["-ww", "-o", "command=", "-p", pid]).output() else {
        return;
    };
    let command = String::from_utf8_lossy(&command.stdout).into_owned();
    if command.contains(&*directory.to_string_lossy()) {
        let _ = Command::new("kill").args(["-s", signal, pid]).status();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait;

    /// Of this test alone, so that no other test sweeps it.
    fn kind(name: &str) -> String {
        format!("test-{name}-{}", uuid::Uuid::new_v4().simple())
    }

    /// A child that another test is just starting may share our lock for a moment, so one
    /// sweep is not always enough.
    fn is_swept(kind: &str, path: &Path) -> bool {
        let swept = wait::blocking(Duration::from_secs(10), || {
            let next = Directory::create(kind, false).unwrap();
            std::fs::remove_dir_all(next.path()).unwrap();
            (!path.exists()).then_some(())
        });
        swept.is_some()
    }

    #[test]
    fn a_directory_that_nobody_owns_is_swept_by_the_next() {
        let kind = kind("abandoned");
        let first = Directory::create(&kind, false).unwrap();
        let path = first.path().to_owned();
        drop(first);
        assert!(path.exists());
        assert!(is_swept(&kind, &path));
    }

    #[test]
    fn a_directory_in_use_is_left_alone() {
        let kind = kind("owned");
        let first = Directory::create(&kind, false).unwrap();
        let second = Directory::create(&kind, false).unwrap();
        assert!(first.path().join(LOCK).exists());
        std::fs::remove_dir_all(first.path()).unwrap();
        std::fs::remove_dir_all(second.path()).unwrap();
    }

    #[test]
    fn an_abandoned_server_is_killed() {
        let kind = kind("orphan");
        let directory = Directory::create(&kind, false).unwrap();
        let path = directory.path().to_owned();
        let mut orphan =
            Command::new("tail").arg("-f").arg(path.join(LOCK)).spawn().expect("tail starts");
        std::fs::write(path.join("stop"), format!("KILL {}\n", orphan.id())).unwrap();
        drop(directory);
        assert!(is_swept(&kind, &path));
        assert!(!orphan.wait().unwrap().success());
    }

    #[test]
    fn a_process_that_only_has_the_number_is_not_killed() {
        let kind = kind("bystander");
        let directory = Directory::create(&kind, false).unwrap();
        let path = directory.path().to_owned();
        let mut bystander = Command::new("sleep").arg("60").spawn().unwrap();
        std::fs::write(path.join("stop"), format!("KILL {}\n", bystander.id())).unwrap();
        drop(directory);
        assert!(is_swept(&kind, &path));
        assert!(bystander.try_wait().unwrap().is_none());
        bystander.kill().unwrap();
        bystander.wait().unwrap();
    }
}
