//! The browser of the tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names of the program on the search path, the one of Debian first.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where macOS keeps it. The same places as in `bin/setup`.
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The first that is there and can say its version: on some systems the name stands for a stub
/// that would install another package.
#[must_use]
pub fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_the_path =
        NAMES.iter().flat_map(|name| std::env::split_paths(&path).map(move |dir| dir.join(name)));
    let applications = APPLICATIONS.iter().map(PathBuf::from);
    on_the_path.chain(applications).find(|candidate| candidate.is_file() && runs(candidate))
}

fn runs(program: &Path) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
