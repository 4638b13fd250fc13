//! Comparing texts of which not every word is known.

/// Every line is as the expected one; there a `*` stands for one or more characters.
pub fn assert_like(text: &str, expected: &str) {
    let (lines, patterns): (Vec<_>, Vec<_>) = (text.lines().collect(), expected.lines().collect());
    for (line, pattern) in lines.iter().zip(&patterns) {
        assert!(is_like(line, pattern), "{line:?} is not like {pattern:?} in:\n{text}");
    }
    assert_eq!(lines.len(), patterns.len(), "{text}");
}

fn is_like(text: &str, pattern: &str) -> bool {
    let Some((front, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(text) = text.strip_prefix(front) else { return false };
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    ends.into_iter().any(|end| is_like(&text[end..], rest))
}

#[test]
fn a_star_stands_for_something_but_not_for_nothing() {
    assert!(is_like("token=eyJ...abc", "token=*...*"));
    assert!(is_like("ümlaut", "*t"));
    assert!(!is_like("token=...", "token=*..."));
    assert!(!is_like("a token=x", "token=*"));
}
