//! What another mail server said, made fit for operators' eyes and our database.
//!
//! It is foreign text. A server may quote the mail that it refuses, and with it the link that is
//! the tester's way in, whole or broken over lines; so whatever looks like an address of a page
//! or like a token is left out rather than kept.

pub use service_kit::text::is_unseen;

/// The most characters that are kept.
const LONGEST: usize = 500;
/// The longest run of letters, digits, `-` and `_` that no name or number of a mail server has.
const LONGEST_RUN: usize = 24;
/// Stands where something was left out.
const LEFT_OUT: &str = "[left out]";

/// Cleaned text of 1 to 500 characters on one line, without links, tokens, control characters
/// and marks that turn the direction of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail(String);

impl Detail {
    /// What is left of a text; `None` where nothing is.
    #[must_use]
    pub fn clean(text: &str) -> Option<Self> {
        let visible = text.split(|c: char| c.is_whitespace() || is_unseen(c));
        let mut kept = String::new();
        for word in visible.filter(|word| !word.is_empty()) {
            let word = if looks_secret(word) { LEFT_OUT } else { word };
            if word == LEFT_OUT && kept.ends_with(LEFT_OUT) {
                continue;
            }
            if !kept.is_empty() {
                kept.push(' ');
            }
            kept.push_str(word);
        }
        if kept.chars().count() > LONGEST {
            kept = kept.chars().take(LONGEST - 1).chain(['…']).collect();
        }
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a mail program would make a link of this word.
#[must_use]
pub fn looks_like_link(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let has_path = word.split_once('/').is_some_and(|(host, _)| {
        let last = host.rsplit_once('.').map(|(_, last)| last);
        last.is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()))
    });
    has_path || word.contains("://") || word.contains("www.") || word.contains("mailto:")
}

/// Whether this may be a link, a token, or a piece of one. Our tokens begin with `eyJ`, as every
/// JSON in base64 does, or are long runs of letters and digits.
fn looks_secret(word: &str) -> bool {
    let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let has_run = word.split(|c: char| !in_run(c)).any(|run| run.len() >= LONGEST_RUN);
    let is_named = word.to_ascii_lowercase().contains("token=");
    looks_like_link(word) || has_run || is_named || word.contains("eyJ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        Detail::clean(text).map_or_else(String::new, |detail| detail.0)
    }

    #[test]
    fn what_servers_say_stays_as_it_is() {
        for text in [
            "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            "smtp;250 2.0.0 OK 1480624905 l186si10190883ite.73 - gsmtp",
            "smtp;452 4.2.2 <ada@example.com>: over quota (mx1.mail.example.com)",
            "550-5.7.1 Access denied, AS(201806281) [HE1EUR01FT003.eop-EUR01.prod.outlook.com]",
            "Boîte inconnue 用户不存在",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_link_is_left_out_however_it_is_written() {
        for link in [
            "https://raxx.example/walkthrough?token=eyJh.eyJl.c2ln",
            "<HTTPS://raxx.example/walkthrough>",
            "raxx.example/walkthrough",
            "www.raxx.example",
            "href=\"http://a.b\"",
        ] {
            assert_eq!(clean(&format!("550 see {link} please")), "550 see [left out] please");
        }
    }

    #[test]
    fn a_token_is_left_out_whole_and_in_pieces() {
        for token in [
            "eyJ0eXAi.eyJzdWIi.abc",
            "(eyJ0eXAi)",
            "token=3Dabc",
            "kq3vXtWm0Zs1nYc8RfLb5uJd",
            "a.b.ZmFzdC1hbmQtbG9uZy1iYXNlNjQtdGV4dA==",
        ] {
            assert_eq!(clean(&format!("550 {token} refused")), "550 [left out] refused", "{token}");
        }
        let broken = "550 eyJhbGciOiJIUzI1NiIsInR5cCI6=\r\n IkpXVCJ9aaaaaaaaaaaaaaaaaa refused";
        assert_eq!(clean(broken), "550 [left out] refused");
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_it() {
        assert_eq!(clean("a\0b\r\nc\u{1b}[31m\u{202e}d\u{200b} \u{2028}e"), "a b c [31m d e");
        for nothing in ["", " \t\r\n", "\0\u{202e}\u{feff}"] {
            assert_eq!(Detail::clean(nothing), None);
        }
    }

    #[test]
    fn at_most_500_characters_are_kept_and_a_cut_shows() {
        let long = clean(&"ä ".repeat(40_000));
        assert_eq!(long.chars().count(), 500);
        assert!(long.ends_with('…'));
        assert_eq!(clean(&"ä ".repeat(250)).chars().count(), 499);
    }
}
