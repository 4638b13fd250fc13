//! Where Postgres' programs are on this machine.

use std::path::{Path, PathBuf};

use crate::throwaway::search_path;

/// The directories that may hold them, in the order to try: what the user has put on the
/// search path, Debian's (newest first; it keeps them off the path), Homebrew's.
pub(super) fn candidates() -> Vec<PathBuf> {
    let mut candidates = search_path();
    candidates.extend(versions(Path::new("/usr/lib/postgresql"), ""));
    for prefix in ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"] {
        candidates.extend(versions(&Path::new(prefix).join("opt"), "postgresql@"));
        candidates.push(Path::new(prefix).join("opt/postgresql/bin"));
        candidates.push(Path::new(prefix).join("bin"));
    }
    candidates.retain(|directory| {
        ["initdb", "postgres"].iter().all(|program| directory.join(program).is_file())
    });
    candidates
}

/// The `bin` of every directory named `<prefix><number>`, the highest number first.
fn versions(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name.strip_prefix(prefix)?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_by_number_and_not_by_letter() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["v9", "v15", "v100", "15", "vx"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        let found = versions(parent.path(), "v");
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(parent.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("v100/bin"), Path::new("v15/bin"), Path::new("v9/bin")]);
    }
}
