//! A mail, and what was done with it.

use chrono::{DateTime, Utc};

/// A mail that the Console has sent.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Mail {
    /// 1 for the first of this run.
    pub(super) number: usize,
    pub(super) received_at: DateTime<Utc>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    /// Empty where there was none.
    pub(super) text: String,
    /// Empty where there was none.
    pub(super) html: String,
    /// What the software tester has done with it, oldest first.
    pub(super) notes: Vec<Note>,
    /// The token of the signup page that the software tester still has open.
    pub(super) open_signup: Option<String>,
}

/// One thing that the software tester has done.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) at: DateTime<Utc>,
    /// Whether it went as intended.
    pub(super) good: bool,
    pub(super) words: String,
}

/// A stretch of text: plain, or a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch<'a> {
    pub(super) text: &'a str,
    pub(super) link: bool,
}

impl Mail {
    /// Whom it is for, without a name and in the form of the services.
    pub(super) fn address(&self) -> String {
        let address = match self.to.rsplit_once('<') {
            Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
            None => &self.to,
        };
        address.trim().to_ascii_lowercase()
    }

    /// The link that it is about, where it is an invitation.
    pub(in crate::demo) fn invitation_link(&self) -> Option<&str> {
        let stretches = stretches(&self.text);
        let links = stretches.iter().filter(|stretch| stretch.link).map(|stretch| stretch.text);
        links.into_iter().find(|link| link.contains("/walkthrough?token="))
    }

    /// Its text, with the links told apart.
    pub(super) fn stretches(&self) -> Vec<Stretch<'_>> {
        stretches(&self.text)
    }
}

/// A link starts with `http://` or `https://` and ends at white space or a bracket.
fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) =
        [rest.find("http://"), rest.find("https://")].into_iter().flatten().min()
    {
        let (before, from_link) = rest.split_at(start);
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')');
        let (link, after) = from_link.split_at(from_link.find(ends).unwrap_or(from_link.len()));
        found.push(Stretch { text: before, link: false });
        found.push(Stretch { text: link, link: true });
        rest = after;
    }
    found.push(Stretch { text: rest, link: false });
    found.retain(|stretch| !stretch.text.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, text: &str) -> Mail {
        Mail {
            number: 1,
            received_at: DateTime::UNIX_EPOCH,
            from: "beta@example.com".to_owned(),
            to: to.to_owned(),
            subject: "Welcome".to_owned(),
            text: text.to_owned(),
            html: String::new(),
            notes: Vec::new(),
            open_signup: None,
        }
    }

    #[test]
    fn an_address_is_found_with_and_without_a_name() {
        assert_eq!(mail("a@example.com", "").address(), "a@example.com");
        assert_eq!(mail("\"A <3\" <A@Example.com>", "").address(), "a@example.com");
    }

    #[test]
    fn the_invitations_link_is_the_one_to_the_walkthrough() {
        let text = "See https://example.com/help.\nhttp://localhost:8080/walkthrough?token=a.b\n";
        let link = "http://localhost:8080/walkthrough?token=a.b";
        assert_eq!(mail("a@example.com", text).invitation_link(), Some(link));
        assert_eq!(mail("a@example.com", "no link").invitation_link(), None);
    }

    #[test]
    fn a_text_falls_into_stretches_of_which_none_is_lost() {
        let text = "Go to <https://example.com/a> or http://b.example now";
        let parts = stretches(text);
        let links: Vec<_> = parts.iter().filter(|part| part.link).map(|part| part.text).collect();
        assert_eq!(links, ["https://example.com/a", "http://b.example"]);
        assert_eq!(parts.iter().map(|part| part.text).collect::<String>(), text);
    }
}
