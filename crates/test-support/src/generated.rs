//! Files that are made from the code and checked in: a test of each says whether it is current.

use std::path::Path;

/// Set (to anything), it has the tests write what they would compare.
pub const VARIABLE: &str = "GENERATE";

/// Compares a checked-in file, named from the root of the workspace, with what the code says now.
/// With [`VARIABLE`] set the file is written instead, as `make generated` does.
///
/// # Panics
/// Where they differ, with the first line that does; where the file cannot be written.
pub fn assert_current(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if crate::environment(VARIABLE).is_some() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("the folder can be made");
        }
        std::fs::write(&path, text).expect("the file can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some(difference) = difference(&found, text) {
        panic!("{file} is not what the code says (make generated writes it anew): {difference}");
    }
}

/// The first line that is another one.
fn difference(found: &str, wanted: &str) -> Option<String> {
    if found == wanted {
        return None;
    }
    let mut pairs = found.lines().zip(wanted.lines()).enumerate();
    Some(match pairs.find(|(_, (found, wanted))| found != wanted) {
        Some((index, (found, wanted))) => {
            format!("line {} is\n{found}\nand should be\n{wanted}", index + 1)
        }
        None => format!("it ends with byte {} instead of {}", found.len(), wanted.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert!(difference("a\nb\n", "a\nc\n").unwrap().starts_with("line 2 is\nb\n"));
        assert!(difference("a\n", "a\nb\n").unwrap().starts_with("it ends"));
    }
}
