//! What the documentation points at has to be there: pages, headings, and the tests that
//! `docs/security*.md` and `docs/deploy.md` name as evidence.

mod evidence;
mod links;

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::Failure;

/// Reads every page of the documentation.
pub(crate) fn check() -> Result<(), Failure> {
    let root = crate::workspace();
    let mut missing = Vec::new();
    for page in pages(&root)? {
        let text = read(&page)?;
        let name = page.strip_prefix(&root).unwrap_or(&page).display().to_string();
        let lost = lost(&root, &page, &text);
        missing.extend(lost.into_iter().map(|what| format!("{name}: {what}")));
    }
    if missing.is_empty() { Ok(()) } else { Err(Failure::Docs(missing)) }
}

/// What a page points at and is not there. Some pages name tests as evidence.
fn lost(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let mut lost = links::broken(page, text);
    if page.starts_with(root.join("docs")) && names_evidence(page) {
        lost.extend(evidence::missing(root, text));
    }
    lost
}

fn names_evidence(page: &Path) -> bool {
    let name = page.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("security") || name == "deploy.md"
}

/// The pages at the top.
const TOP: [&str; 4] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];

/// Those at the top and everything under `docs`, in order.
fn pages(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut pages: Vec<PathBuf> = TOP.iter().map(|page| root.join(page)).collect();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Docs(vec![format!("{}: {error}", path.display())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_documentation_points_at_is_there() {
        check().unwrap();
    }

    #[test]
    fn the_pages_at_the_top_are_read_as_those_under_docs_are() {
        let root = crate::workspace();
        let pages = pages(&root).unwrap();
        for page in ["README.md", "CONTRIBUTING.md", "docs/security.md", "docs/adr/README.md"] {
            assert!(pages.contains(&root.join(page)), "{page}");
        }
    }

    #[test]
    fn a_page_of_evidence_that_names_no_real_test_is_found() {
        let root = crate::workspace();
        let text = "`xtask::docs::tests::nothing` [x](nowhere.md)";
        let on = |page: &str| lost(&root, &root.join(page), text).len();
        assert_eq!(on("docs/security-new.md"), 2);
        assert_eq!(on("docs/deploy.md"), 2);
        assert_eq!(on("docs/testing-new.md"), 1);
    }
}
