//! What of a secret, and of a stranger's text, is shown.

/// How much of an id or a challenge is shown: enough to find it in a log, not enough to use it.
const HEAD: usize = 16;
/// How much of a token's end.
const TAIL: usize = 8;

/// The beginning of an id or a challenge.
#[must_use]
pub fn head(text: &str) -> String {
    beginning(text, HEAD)
}

/// The beginning of a user handle, which is half as long as the others.
#[must_use]
pub fn short_head(text: &str) -> String {
    beginning(text, HEAD / 2)
}

/// Both ends of a token.
#[must_use]
pub fn ends(token: &str) -> String {
    let skipped = token.chars().count().saturating_sub(TAIL).max(HEAD);
    let tail: String = token.chars().skip(skipped).collect();
    format!("{}{tail}", beginning(token, HEAD))
}

fn beginning(text: &str, characters: usize) -> String {
    let shown: String = text.chars().take(characters).collect();
    format!("{shown}...")
}

/// What somebody else has written, fit for a terminal: control characters do nothing any more,
/// and whatever looks like a bootstrap token is cut, as is `secret`.
#[must_use]
pub fn foreign(text: &str, secret: Option<&str>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || "-_.".contains(character) {
            word.push(character);
            continue;
        }
        push_word(&mut shown, &mut word);
        match character {
            '\n' | '\t' => shown.push(character),
            '\r' => {}
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    push_word(&mut shown, &mut word);
    match secret {
        Some(secret) if !secret.is_empty() => shown.replace(secret, &head(secret)),
        _ => shown,
    }
}

fn push_word(shown: &mut String, word: &mut String) {
    if looks_like_a_token(word) {
        shown.push_str(&ends(word))
    } else {
        shown.push_str(word)
    }
    word.clear();
}

/// `payload.signature`, the latter 64 hex digits (section 3 of the contracts), perhaps with
/// something in front or behind that belongs to a sentence.
fn looks_like_a_token(word: &str) -> bool {
    word.split('.').any(|part| part.len() >= 64 && part.bytes().all(|b| b.is_ascii_hexdigit()))
        && word.contains("eyJ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> String {
        format!("eyJ2IjoxLCJlbWFpbCI6ImFkYSJ9.{}abc12345", "0".repeat(56))
    }

    #[test]
    fn both_ends_of_a_token_are_shown_and_its_middle_is_not() {
        assert_eq!(ends(&token()), "eyJ2IjoxLCJlbWFp...abc12345");
        assert_eq!(ends("short"), "short...");
        assert_eq!(ends("0123456789abcdefghij"), "0123456789abcdef...ghij");
    }

    #[test]
    fn heads_have_the_runbooks_lengths() {
        assert_eq!(head("Xk1wa-j68frNNJYB0123"), "Xk1wa-j68frNNJYB...");
        assert_eq!(short_head("dXNlcl8x0123"), "dXNlcl8x...");
    }

    #[test]
    fn no_token_gets_through_whatever_stands_around_it() {
        let token = token();
        for text in [
            token.clone(),
            format!("{{\"token\":\"{token}\"}}"),
            format!("/signup?token={token}&x=1\n"),
            format!("the token {token}."),
        ] {
            let shown = foreign(&text, None);
            assert!(!shown.contains(&token) && shown.contains("eyJ2IjoxLCJlbWFp..."), "{shown}");
        }
    }

    #[test]
    fn a_known_secret_is_cut_and_all_else_stays() {
        let body = "{\"id\":\"Xk1wa-j68frNNJYB0123456789\",\"n\":1}";
        let shown = foreign(body, Some("Xk1wa-j68frNNJYB0123456789"));
        assert_eq!(shown, "{\"id\":\"Xk1wa-j68frNNJYB...\",\"n\":1}");
        assert_eq!(foreign("<h1>503</h1>\r\n\tümlaut", None), "<h1>503</h1>\n\tümlaut");
    }

    #[test]
    fn no_text_moves_the_cursor() {
        assert_eq!(foreign("\u{1b}[2Jgone\u{7}", None), "\\u{1b}[2Jgone\\u{7}");
    }
}
