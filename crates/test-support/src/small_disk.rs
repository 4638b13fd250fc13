//! A disk that can be full: a small file system in memory, where the system lets us mount one.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

const FILLER: &str = "filler";

/// A mounted file system of a few MiB. Unmounted on drop.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts one that belongs to whoever owns `like`.
    ///
    /// # Errors
    ///
    /// Why not, in words: it takes Linux, and root.
    pub fn mount(mib: u32, like: &Path) -> Result<Self, String> {
        let path = std::env::temp_dir();
        let path = path.join(format!("raxx-disk-{}", uuid::Uuid::new_v4().simple()));
        let why = |error: std::io::Error| error.to_string();
        let owner = fs::metadata(like).map_err(why)?;
        fs::create_dir(&path).map_err(why)?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(&path);
        let mounted = mount.output();
        let said = match &mounted {
            Ok(output) if output.status.success() => {
                let disk = Self { path };
                let given = chown(&disk.path, Some(owner.uid()), Some(owner.gid()));
                return given.map(|()| disk).map_err(why);
            }
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        let _ = fs::remove_dir(&path);
        Err(said)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills it to the last byte.
    ///
    /// # Panics
    ///
    /// When it cannot be written for any other reason.
    pub fn fill(&self) {
        let path = self.path.join(FILLER);
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        let mut file = file.expect("a file on the small disk");
        // By ever smaller pieces.
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    ///
    /// When it was not filled.
    pub fn free(&self) {
        fs::remove_file(self.path.join(FILLER)).expect("the small disk was filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also where somebody has a file open there: it goes with the last of them.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
        let _ = fs::remove_dir(&self.path);
    }
}
