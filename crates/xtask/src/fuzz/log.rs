//! What libFuzzer says: thousands of lines, of which a few matter.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// How many of the last lines tell what went wrong.
const LAST: usize = 40;

/// The log of one run.
pub(super) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Begins it anew.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: File::create(path)? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs the program to its end with its words going here.
    pub(super) fn run(&self, command: &mut Command) -> io::Result<ExitStatus> {
        command.stdout(Stdio::null()).stderr(self.file.try_clone()?).status()
    }

    fn text(&self) -> String {
        let bytes = std::fs::read(&self.path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Branches reached, inputs kept, executions a second.
    pub(super) fn summary(&self) -> String {
        summary(&self.text())
    }

    /// Where the input is kept that broke a promise.
    pub(super) fn kept(&self) -> Option<String> {
        let text = self.text();
        let line = text.lines().rev().find(|line| line.contains("Test unit written to "))?;
        line.rsplit_once("Test unit written to ").map(|(_, file)| file.trim().to_owned())
    }

    /// The last lines.
    pub(super) fn end(&self) -> String {
        let text = self.text();
        let lines: Vec<_> = text.lines().collect();
        let from = lines.len().saturating_sub(LAST);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

/// `cov: 12 ft: 34 corp: 5/67b … exec/s: 890` of the last line that has it, and the count.
fn summary(text: &str) -> String {
    let line = text.lines().rev().find(|line| line.contains(" cov: ")).unwrap_or_default();
    let after = |name: &str| {
        let rest = line.split_once(name).map_or("?", |(_, rest)| rest.trim_start());
        rest.split(' ').next().unwrap_or("?").to_owned()
    };
    let stat = |name: &str| {
        let found = text.lines().rev().find_map(|line| line.strip_prefix(name));
        found.map_or("?", str::trim).to_owned()
    };
    format!(
        "{} executions, {} a second; {} edges, {} features; {} inputs; {} MB",
        stat("stat::number_of_executed_units:"),
        stat("stat::average_exec_per_sec:"),
        after(" cov: "),
        after(" ft: "),
        after(" corp: "),
        stat("stat::peak_rss_mb:"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_found_among_libfuzzers_lines() {
        let text = "INFO: seed corpus: files: 3\n\
                    #3\tINITED cov: 10 ft: 11 corp: 2/9b exec/s: 0 rss: 40Mb\n\
                    #900\tDONE   cov: 1234 ft: 5678 corp: 90/1200b lim: 64 exec/s: 450 rss: 60Mb\n\
                    Done 900 runs in 2 second(s)\n\
                    stat::number_of_executed_units: 900\n\
                    stat::average_exec_per_sec:     450\n\
                    stat::peak_rss_mb:              60\n";
        assert_eq!(
            summary(text),
            "900 executions, 450 a second; 1234 edges, 5678 features; 90/1200b inputs; 60 MB"
        );
        assert!(summary("").starts_with("? executions"));
    }
}
