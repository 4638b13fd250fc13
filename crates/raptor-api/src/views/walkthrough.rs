//! The page of the walkthrough and the NDA.

use askama::Template;
use ghost_contracts::console::UsableWalkthrough;
use uuid::Uuid;

/// Welcome, what will happen, the agreement, one button.
#[derive(Template)]
#[template(path = "walkthrough.html")]
pub struct Walkthrough<'a> {
    name: &'a str,
    email: &'a str,
    token: &'a str,
    version: &'a str,
    paragraphs: Vec<&'a str>,
    acknowledged: bool,
    attempt: Uuid,
    notice: Option<&'a str>,
}

impl<'a> Walkthrough<'a> {
    /// The page for this invitation, whose form makes `attempt`; `notice` says why it is shown
    /// again.
    #[must_use]
    pub fn new(
        usable: &'a UsableWalkthrough,
        token: &'a str,
        attempt: Uuid,
        notice: Option<&'a str>,
    ) -> Self {
        Self {
            name: usable.name.as_str(),
            email: usable.email.as_str(),
            token,
            version: &usable.nda_version,
            paragraphs: paragraphs(&usable.nda_text),
            acknowledged: usable.nda_acknowledged,
            attempt,
            notice,
        }
    }
}

/// The invitation is spent, and whoever opens it has the cookie of an attempt: perhaps the answer
/// to that got lost, and they can ask for it again.
#[derive(Template)]
#[template(path = "interrupted.html")]
pub struct Interrupted<'a> {
    /// The token of the link.
    pub token: &'a str,
    /// The attempt to repeat.
    pub attempt: Uuid,
}

/// The text's paragraphs: blank lines stand between them.
fn paragraphs(text: &str) -> Vec<&str> {
    let mut paragraphs = Vec::new();
    let mut rest = text;
    while let Some((paragraph, after)) = rest.split_once("\n\n") {
        paragraphs.push(paragraph.trim());
        rest = after;
    }
    paragraphs.push(rest.trim());
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_shown_paragraph_by_paragraph() {
        let text = "One.\nStill one.\n\n\nTwo.\n\n";
        assert_eq!(super::paragraphs(text), ["One.\nStill one.", "Two."]);
    }
}
