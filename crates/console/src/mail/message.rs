//! What a mail says: subject, text and HTML, with one link.

use askama::Template;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use service_kit::settings::PublicUrl;

use crate::domain::mail::MailKind;
use crate::domain::mail_detail::{is_unseen, looks_like_link};
use crate::domain::walkthrough_token::{SigningFailed, WalkthroughKeys, WalkthroughToken};

/// Derives the links of invitations from their rows.
#[derive(Clone)]
pub struct Links {
    raptor: PublicUrl,
    keys: WalkthroughKeys,
}

impl Links {
    /// Links to the walkthrough at `raptor`, which is `RAPTOR_PUBLIC_URL`.
    #[must_use]
    pub fn new(raptor: PublicUrl, keys: WalkthroughKeys) -> Self {
        Self { raptor, keys }
    }

    /// The keys that make the tokens.
    #[must_use]
    pub fn keys(&self) -> &WalkthroughKeys {
        &self.keys
    }

    /// The link of an invitation. Whoever has it can use it: it goes into the mail, or to a
    /// superadmin who asked for it, and nowhere else.
    ///
    /// # Errors
    /// [`SigningFailed`].
    pub fn walkthrough(&self, token: &WalkthroughToken) -> Result<SecretString, SigningFailed> {
        let text = self.keys.derive(token)?;
        // A JWT holds letters, digits, '-', '_' and '.' alone: nothing needs escaping.
        Ok(format!("{}/walkthrough?token={}", self.raptor.origin(), text.reveal()).into())
    }
}

/// A mail without its addresses.
pub struct Message {
    /// One line.
    pub subject: &'static str,
    /// The plain text part.
    pub text: SecretString,
    /// The HTML part.
    pub html: SecretString,
}

/// What a mail is made of.
pub struct Content<'a> {
    /// What the tester is called.
    pub name: &'a str,
    /// The link.
    pub link: &'a SecretString,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/message.txt")]
struct Text<'a> {
    words: &'a Words,
    name: Option<&'a str>,
    link: &'a str,
    ends: String,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    words: &'a Words,
    name: Option<&'a str>,
    link: &'a str,
    ends: String,
}

/// The sentences that differ from kind to kind.
struct Words {
    subject: &'static str,
    /// What a list of mails shows beside the subject: a sentence of the text.
    preview: &'static str,
    opening: &'static str,
    task: &'static str,
    why: &'static str,
}

const INVITATION: Words = Words {
    subject: "Your invitation to the Raxx beta",
    preview: "You are invited to try Raxx before everybody else.",
    opening: "You are invited to try Raxx before everybody else.",
    task: "Open the link below on the phone or computer you want to use. It shows you what will \
           happen, asks you to agree to keep the beta confidential, and helps you create a \
           passkey. It takes about three minutes, and there is no password to think of.",
    why: "You get this mail because somebody at Raxx invited this address to the beta.",
};

const GHOST_RESET: Words = Words {
    subject: "Your new link for the Raxx beta",
    preview: "This new link replaces the old one, which no longer works.",
    opening: "Your signup for the Raxx beta did not get to its end, so we have set it back for \
              you.",
    task: "This new link replaces the old one, which no longer works. Open it on the phone or \
           computer you want to use and create your passkey; it takes about three minutes.",
    why: "You get this mail because this address is invited to the Raxx beta and its signup was \
          started afresh.",
};

impl Message {
    /// The words for this kind of mail.
    ///
    /// # Errors
    /// Where a template cannot be rendered.
    pub fn new(kind: MailKind, content: &Content<'_>) -> Result<Self, askama::Error> {
        let words = match kind {
            MailKind::Invitation => &INVITATION,
            MailKind::GhostReset => &GHOST_RESET,
        };
        let ends = content.expires_at.format("%-d %B %Y, %H:%M UTC").to_string();
        let (name, link) = (greeted(content.name), content.link.expose_secret());
        let name = name.as_deref();
        let text = Text { words, name, link, ends: ends.clone() }.render()?;
        let html = Html { words, name, link, ends }.render()?;
        Ok(Self { subject: words.subject, text: text.into(), html: html.into() })
    }
}

/// The name as it is greeted: without marks that turn the rest of the line around. A name that a
/// mail program would make a link of is not greeted at all: our mails bring one link, ours.
fn greeted(name: &str) -> Option<String> {
    let seen: String = name.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    let words: Vec<_> = seen.split_whitespace().collect();
    let is_link = words.iter().any(|word| looks_like_link(word));
    (!words.is_empty() && !is_link).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: MailKind, name: &str) -> (Message, String) {
        let link = SecretString::from("https://raxx.example/walkthrough?token=a.b.c");
        let expires_at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let message = Message::new(kind, &Content { name, link: &link, expires_at }).unwrap();
        (message, link.expose_secret().to_owned())
    }

    #[test]
    fn both_parts_say_who_why_until_when_and_bring_the_link() {
        for kind in [MailKind::Invitation, MailKind::GhostReset] {
            let (message, link) = message(kind, "Ada");
            for part in [&message.text, &message.html] {
                let part = part.expose_secret();
                for wanted in [
                    "Ada",
                    &link,
                    "28 May 2026, 20:26 UTC",
                    "You get this mail because",
                    "Open my invitation",
                ] {
                    assert!(part.contains(wanted), "{wanted} in {part}");
                }
            }
            let html = message.html.expose_secret();
            assert_eq!(html.matches("<a ").count(), 2, "one button and the bare link");
            assert_eq!(html.matches("://").count(), 3, "nothing but the link");
            for fetched in ["<img", "<table", "<script", "<link", "@import", "url("] {
                assert!(!html.contains(fetched), "{fetched}");
            }
        }
    }

    #[test]
    fn a_list_of_mails_shows_a_sentence_of_the_text_and_when_the_link_ends() {
        for (kind, words) in
            [(MailKind::Invitation, &INVITATION), (MailKind::GhostReset, &GHOST_RESET)]
        {
            let (message, _) = message(kind, "Ada");
            let (before, _) = message.html.expose_secret().split_once("<main").unwrap();
            let (_, shown) = before.split_once("<body").unwrap();
            let wanted =
                format!(">{} Open the link before 28 May 2026, 20:26 UTC.</div>", words.preview);
            assert!(shown.contains(&wanted), "{shown}");
            assert!(message.text.expose_secret().contains(words.preview));
        }
    }

    #[test]
    fn a_reset_says_that_the_new_link_replaces_the_old_one() {
        let replaces = "replaces the old one";
        assert!(message(MailKind::GhostReset, "Ada").0.text.expose_secret().contains(replaces));
        assert!(!message(MailKind::Invitation, "Ada").0.text.expose_secret().contains(replaces));
    }

    #[test]
    fn a_name_cannot_bring_markup_into_the_html_part() {
        let (message, _) = message(MailKind::Invitation, "<b>Ada</b> & Co");
        assert!(message.text.expose_secret().contains("<b>Ada</b> & Co"));
        assert!(!message.html.expose_secret().contains("<b>Ada"));
    }

    #[test]
    fn a_name_cannot_turn_a_line_around_or_break_it() {
        let (message, _) = message(MailKind::Invitation, "A\u{202e}da\u{2066} \u{2028}\u{200b}B");
        for part in [&message.text, &message.html] {
            let part = part.expose_secret();
            assert!(part.contains("A da B"), "{part}");
            assert!(part.chars().all(|c| c == '\n' || !is_unseen(c)), "{part}");
        }
        assert!(message.text.expose_secret().starts_with("Hello A da B,\n"));
    }

    #[test]
    fn a_name_that_would_become_a_link_is_not_greeted() {
        for name in ["https://evil.example", "Ada www.evil.example", "evil.example/x", "\u{202e}"] {
            let (message, _) = message(MailKind::Invitation, name);
            assert!(message.text.expose_secret().starts_with("Hello,\n"), "{name}");
            assert!(message.html.expose_secret().contains(">Hello,</h1>"), "{name}");
        }
        let (message, _) = message(MailKind::Invitation, "Dr. Ada King-Noel, PhD");
        assert!(message.text.expose_secret().starts_with("Hello Dr. Ada King-Noel, PhD,\n"));
    }

    #[test]
    fn the_longest_name_is_greeted_whole() {
        let name = "Ä".repeat(200);
        let (message, _) = message(MailKind::GhostReset, &name);
        assert!(message.html.expose_secret().contains(&format!("<bdi>{name}</bdi>")));
    }
}
