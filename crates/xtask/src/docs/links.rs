//! Links of a page to its own headings, to other pages and to files.

use std::fs;
use std::path::Path;

/// The links of `page` that lead nowhere. Addresses of other sites are not asked for.
pub(super) fn broken(page: &Path, text: &str) -> Vec<String> {
    let folder = page.parent().unwrap_or(page);
    let broken = targets(text).into_iter().filter(|target| !leads_somewhere(folder, text, target));
    broken.map(|target| format!("the link {target} leads nowhere")).collect()
}

fn leads_somewhere(folder: &Path, text: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (path, heading) = match target.split_once('#') {
        Some((path, heading)) => (path, Some(heading)),
        None => (target, None),
    };
    if path.is_empty() {
        return heading.is_some_and(|heading| has_heading(text, heading));
    }
    let file = folder.join(path);
    match heading {
        None => file.exists(),
        Some(heading) => fs::read_to_string(file).is_ok_and(|text| has_heading(&text, heading)),
    }
}

/// What stands in `](…)`, outside of code.
fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for line in prose(text) {
        // Whatever stands between two backticks is code, not a link.
        let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
        let ends = plain.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        targets.extend(ends.map(|(target, _)| target.to_owned()));
    }
    targets
}

/// The lines that stand in no block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

fn has_heading(text: &str, wanted: &str) -> bool {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).any(|anchor| anchor == wanted)
}

/// A heading as links name it: lower case, hyphens for spaces, no other punctuation.
fn anchor(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let kept = lower.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# The page\n\n## `ONE_KEY`, and more\n\n\
                        [a](#one_key-and-more) [b](#nothing) `[c](no.md)` [d](https://x.example/)\n\
                        ```\n[e](no.md)\n# The code\n```\n[f](no.md) [g](#the-code) [`h`](no.rs)\n";

    #[test]
    fn a_link_that_leads_nowhere_is_named() {
        let found = broken(Path::new("/nowhere/page.md"), PAGE).join("; ");
        let lost = ["#nothing", "no.md", "#the-code", "no.rs"];
        assert_eq!(found, lost.map(|it| format!("the link {it} leads nowhere")).join("; "));
    }
}
