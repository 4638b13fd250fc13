//! Foreign text among our own: names hold whatever people type, marks that turn the direction of
//! writing and characters that nobody sees included (section 2 of the contracts refuses control
//! characters alone). They are taken and kept as they are, and made harmless where they are shown.

use std::fmt::{Display, Write as _};

/// What is shown of a name in which there is nothing to see.
const NOTHING_SEEN: &str = "(a name that cannot be seen)";

/// Control characters, and those that are not seen but change what is: marks of direction,
/// joiners, separators.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character reaches beyond the text that it stands in: a mark of direction could end
/// the isolation around a name (Unicode Standard Annex 9, section 2), a separator its line.
/// Joiners do not, and some writings need them.
fn reaches_out(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name for a page, without what could reach out of it. It goes into `<bdi>`, and is escaped
/// there like any other text.
pub fn shown(name: impl Display) -> String {
    let name: String = name.to_string().chars().filter(|c| !reaches_out(*c)).collect();
    if name.chars().all(|c| is_unseen(c) || c.is_whitespace()) {
        return NOTHING_SEEN.to_owned();
    }
    name
}

/// A name for the middle of a sentence or a title, where there is no `<bdi>`: isolated by marks of
/// our own (FSI and PDI) where it holds more than ASCII, which turns nothing.
pub fn isolated(name: impl Display) -> String {
    let name = shown(name);
    if name.is_ascii() { name } else { format!("\u{2068}{name}\u{2069}") }
}

/// JSON for people's eyes: characters that are not seen are written as escapes, which changes
/// nothing of what it says (RFC 8259, section 7).
#[must_use]
pub fn visible_json(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for c in json.chars() {
        // In JSON that a program wrote, a control character is white space between members.
        if c.is_control() || !is_unseen(c) {
            visible.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing into a String does not fail.
            let _ = write!(visible, "\\u{unit:04x}");
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_reaches_out_of_it() {
        assert_eq!(shown("Ada Lovelace"), "Ada Lovelace");
        assert_eq!(shown("a\u{202e}b\u{2069}\u{2066}c\u{200f}\u{61c}\u{2028}d"), "abcd");
        assert_eq!(shown("می\u{200c}خواهم"), "می\u{200c}خواهم");
        for nothing in ["\u{200b}", "\u{202e}", "\u{feff} \u{200d}"] {
            assert_eq!(shown(nothing), NOTHING_SEEN);
        }
    }

    #[test]
    fn in_a_sentence_a_name_is_isolated_where_it_could_turn_something() {
        assert_eq!(isolated("Ada"), "Ada");
        assert_eq!(isolated("עדה\u{202e}"), "\u{2068}עדה\u{2069}");
    }

    #[test]
    fn json_shows_what_is_not_seen_and_says_the_same() {
        let value = serde_json::json!({"name": "a\u{202e}\u{200b}\u{e0041}é"});
        let visible = visible_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(visible.contains(r"a\u202e\u200b\udb40\udc41é"), "{visible}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&visible).unwrap(), value);
    }
}
