//! What the smoke test needs to know to run against the demo: a file for a shell to read.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::failure::{Context as _, Failure};
use super::stage::System;

/// The variables that `raptor-api` needs to mint a token, to look at an account and to delete it.
const OF_RAPTOR: [&str; 2] = ["DATABASE_URL", "BOOTSTRAP_TOKEN_SIGNING_KEY"];

/// Writes the file, which nobody else can read, beside the logs, and returns its path.
pub(super) fn write_settings(system: &System) -> Result<PathBuf, Failure> {
    let path = system.logs.join("smoke.env");
    let programs = system.binaries.raptor.parent().unwrap_or(Path::new("."));
    let mut text = format!(
        "# The smoke test against this demo, whose databases are thrown away.\n\
         export RAXX_SMOKE_ALLOW_PROD=1 RAXX_SMOKE_RUNNER=local\n\
         export RAXX_SMOKE_API_URL={}\n\
         export PATH={}:\"$PATH\"\n",
        quoted(&system.addresses.raptor),
        quoted(&programs.to_string_lossy()),
    );
    for name in OF_RAPTOR {
        let value = system.settings.raptor.get(name).could_not(&format!("find {name}"))?;
        text.push_str(&format!("export {name}={}\n", quoted(value)));
    }
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.could_not("write the settings of the smoke test")?;
    Ok(path)
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_means_itself() {
        assert_eq!(quoted("postgres://a:b@c/d?e=f&g"), "'postgres://a:b@c/d?e=f&g'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
