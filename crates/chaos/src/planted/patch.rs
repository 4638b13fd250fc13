//! Applying a unified diff, strictly: what it takes away must be there, once.

use std::collections::BTreeMap;

/// One place to change.
#[derive(Debug, Default)]
struct Hunk {
    old: String,
    new: String,
}

/// The hunks of a unified diff, by the file that they change.
#[derive(Debug, Default)]
pub(super) struct Patch(BTreeMap<String, Vec<Hunk>>);

impl Patch {
    /// Reads one. What is before the first file is a comment.
    pub(super) fn parse(text: &str) -> Self {
        let mut patch = Self::default();
        let mut file = String::new();
        for line in text.lines() {
            if let Some(path) = line.strip_prefix("+++ b/") {
                file = path.split('\t').next().unwrap_or_default().to_owned();
                continue;
            }
            if line.starts_with("--- a/") || file.is_empty() {
                continue;
            }
            let hunks = patch.0.entry(file.clone()).or_default();
            if line.starts_with("@@") {
                hunks.push(Hunk::default());
                continue;
            }
            let Some(hunk) = hunks.last_mut() else { continue };
            let (kind, rest) = line.split_at(line.len().min(1));
            if kind != "+" {
                hunk.old.push_str(&format!("{rest}\n"));
            }
            if kind != "-" {
                hunk.new.push_str(&format!("{rest}\n"));
            }
        }
        patch
    }

    /// The files that it changes.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The text of `file` with its changes; `None` where they do not fit.
    pub(super) fn apply(&self, file: &str, text: &str) -> Option<String> {
        let mut text = text.to_owned();
        for hunk in self.0.get(file).map(Vec::as_slice).unwrap_or_default() {
            if text.matches(&hunk.old).count() != 1 {
                return None;
            }
            text = text.replacen(&hunk.old, &hunk.new, 1);
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "--- a/one.rs\n+++ b/one.rs\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";

    #[test]
    fn a_hunk_is_applied_wherever_its_lines_are() {
        let patch = Patch::parse(DIFF);
        assert_eq!(patch.files().collect::<Vec<_>>(), ["one.rs"]);
        assert_eq!(patch.apply("one.rs", "x\ny\na\nb\nc\n").unwrap(), "x\ny\na\nB\nc\n");
    }

    #[test]
    fn a_hunk_that_fits_nowhere_or_twice_is_refused() {
        let patch = Patch::parse(DIFF);
        assert_eq!(patch.apply("one.rs", "a\nc\n"), None);
        assert_eq!(patch.apply("one.rs", "a\nb\nc\na\nb\nc\n"), None);
    }
}
