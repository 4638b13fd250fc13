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
    paragraphs: Vec<Paragraph<'a>>,
    acknowledged: bool,
    attempt: Uuid,
    notice: Option<&'a str>,
    step: u8,
}

/// A paragraph of the agreement. Its first sentence is set as a heading where it is one.
#[derive(Debug, PartialEq, Eq)]
struct Paragraph<'a> {
    heading: Option<&'a str>,
    text: &'a str,
}

/// The longest first sentence that is a heading, in bytes.
const MAX_HEADING: usize = 60;

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
            // Shown again, it is the agreement that is not settled.
            step: if notice.is_some() { 2 } else { 1 },
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

/// The text's paragraphs: blank lines stand between them. Nothing of the text is left out.
fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut paragraphs = Vec::new();
    let mut rest = text;
    while let Some((paragraph, after)) = rest.split_once("\n\n") {
        paragraphs.push(paragraph.trim());
        rest = after;
    }
    paragraphs.push(rest.trim());
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.into_iter().map(paragraph).collect()
}

fn paragraph(text: &str) -> Paragraph<'_> {
    let whole = Paragraph { heading: None, text };
    if text.len() <= MAX_HEADING && !text.ends_with('.') {
        return Paragraph { heading: Some(text), text: "" };
    }
    let Some(end) = text.find(". ").map(|stop| stop + 1) else { return whole };
    match text.split_at_checked(end) {
        Some((heading, text)) if heading.len() <= MAX_HEADING => {
            Paragraph { heading: Some(heading), text }
        }
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::{Paragraph, paragraphs};

    #[test]
    fn a_text_is_shown_paragraph_by_paragraph() {
        let text = "One.\nStill one.\n\n\nTwo.\n\n";
        let shown: Vec<_> = paragraphs(text).iter().map(|shown| shown.text).collect();
        assert_eq!(shown, ["One.\nStill one.", "Two."]);
    }

    #[test]
    fn a_short_beginning_is_a_heading_and_nothing_is_left_out() {
        let long = format!("{} and so on. The end.", "word ".repeat(20));
        let text = format!("A title, version 1\n\nWhat it is. All of it. Really.\n\n{long}");
        let shown = paragraphs(&text);
        let heading = |at: usize| shown[at].heading;
        assert_eq!(shown[0], Paragraph { heading: Some("A title, version 1"), text: "" });
        assert_eq!(shown[1].text, " All of it. Really.");
        assert_eq!((heading(1), heading(2)), (Some("What it is."), None));
        let again: Vec<_> = shown
            .iter()
            .map(|shown| format!("{}{}", shown.heading.unwrap_or_default(), shown.text))
            .collect();
        assert_eq!(again.join("\n\n"), text);
    }
}
