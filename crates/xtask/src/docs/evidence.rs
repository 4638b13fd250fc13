//! The tests that a page names: `package::modules::name`, as cargo names them.

use std::fs;
use std::path::{Path, PathBuf};

/// The tests named in `text` that are not in the sources under `root`.
pub(super) fn missing(root: &Path, text: &str) -> Vec<String> {
    let named = text.split('`').skip(1).step_by(2).filter(|code| names_a_test(code));
    let missing = named.filter(|name| !exists(root, name));
    missing.map(|name| format!("there is no test {name}")).collect()
}

/// Whether a piece of code is a path. These pages name no others than those of tests, so that a
/// misspelled package is found, too.
fn names_a_test(code: &str) -> bool {
    let is_part = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        !part.is_empty() && part.bytes().all(plain)
    };
    code.contains("::") && code.split("::").all(is_part)
}

fn exists(root: &Path, named: &str) -> bool {
    let mut parts = named.split("::");
    let package = root.join("crates").join(parts.next().unwrap_or_default());
    let mut modules: Vec<&str> = parts.collect();
    let Some(name) = modules.pop() else { return false };
    let files = files(&package, &modules).into_iter();
    let texts: Vec<String> = files.filter_map(|file| fs::read_to_string(file).ok()).collect();
    let is_there = |macros: &[String]| texts.iter().any(|text| has_test(text, name, macros));
    is_there(&[]) || is_there(&macros_of_tests(&package))
}

/// Where a module may stand: with the integration tests or in the crate itself, there also as the
/// `mod tests` of a file.
fn files(package: &Path, modules: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut add = |base: &str, modules: &[&str], top: &str| {
        let place = package.join(base).join(modules.join("/"));
        match modules {
            [] => files.push(place.join(top)),
            _ => files.extend([place.with_extension("rs"), place.join("mod.rs")]),
        }
    };
    add("tests/it", modules, "main.rs");
    add("src", modules, "lib.rs");
    if let [above @ .., "tests"] = modules {
        add("src", above, "lib.rs");
    }
    files
}

/// The names of those macros of a package that make tests.
fn macros_of_tests(package: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![package.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(path) {
                found.extend(macros_in(&text));
            }
        }
    }
    found
}

fn macros_in(text: &str) -> Vec<String> {
    let definitions = text.split("macro_rules! ").skip(1);
    let bodies = definitions.filter_map(|rest| rest.split("\n}").next());
    let of_tests = bodies.filter(|body| body.contains("test]") || body.contains("::test("));
    of_tests.filter_map(|body| body.split_whitespace().next()).map(str::to_owned).collect()
}

/// Whether a file has a test of that name: a function with the attribute of one, or a row of a
/// macro that makes tests.
fn has_test(text: &str, name: &str, macros: &[String]) -> bool {
    let (function, row) = (format!("fn {name}("), format!("{name}:"));
    let (mut marked, mut in_macro) = (false, false);
    for line in text.lines() {
        let bare = line.trim_start();
        if line == "}" {
            in_macro = false;
        } else if macros.iter().any(|it| line == format!("{it}! {{")) {
            in_macro = true;
        } else if bare.starts_with("#[") {
            marked |= bare.contains("test]") || bare.contains("::test(");
        } else if bare.starts_with("fn ") || bare.contains(" fn ") || in_macro {
            let here = bare.contains(&function);
            if (here && (marked || in_macro)) || (in_macro && bare.starts_with(&row)) {
                return true;
            }
            marked = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
macro_rules! refused {\n    ($($name:ident: $change:expr;)+) => {$(\n        #[tokio::test]\n        \
async fn $name() {}\n    )+};\n}\n\
macro_rules! other {\n    () => {};\n}\n\
#[test]\n#[expect(dead_code, reason = \"x\")]\nfn a_test() {}\n\n\
fn a_helper() {}\n\n\
#[tokio::test(flavor = \"multi_thread\")]\nasync fn another_test() {}\n\n\
refused! {\n    a_row: |r| r.x = 1;\n}\n\
other! {\n    no_row: |r| r.x = 1;\n}\n";

    #[test]
    fn a_test_is_told_from_a_helper_and_a_row_from_another_macros() {
        let macros = macros_in(FILE);
        assert_eq!(macros, ["refused"]);
        for name in ["a_test", "another_test", "a_row"] {
            assert!(has_test(FILE, name, &macros), "{name}");
        }
        for name in ["a_helper", "no_row", "a_tes", "test"] {
            assert!(!has_test(FILE, name, &macros), "{name}");
        }
    }

    #[test]
    fn a_test_that_is_not_there_is_named() {
        let root = crate::workspace();
        let here = "xtask::docs::evidence::tests::a_test_that_is_not_there_is_named";
        let text =
            format!("`{here}` `{here}_at_all` `xtask::nowhere::x` `no-package::x` `a b::c` `x`");
        let lost =
            [format!("{here}_at_all"), "xtask::nowhere::x".to_owned(), "no-package::x".to_owned()];
        assert_eq!(missing(&root, &text), lost.map(|name| format!("there is no test {name}")));
    }
}
