//! The pages of everything that can go wrong: what happened, whether anything was changed, what
//! to do next, whom to ask.

use askama::Template;

use words::{Button, Words};

mod words;

/// What went wrong, as far as the page differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There is no such invitation.
    InvitationUnknown,
    /// The invitation's 14 days are over.
    InvitationExpired,
    /// The invitation was revoked in favour of a newer one.
    InvitationReplaced,
    /// The invitation was accepted.
    InvitationUsed,
    /// The signup link is cut off or by somebody else.
    LinkNotOurs,
    /// A passkey was created with the signup link.
    LinkUsed,
    /// The account was reset after the signup link was made.
    LinkReplaced,
    /// The signup link's half hour is over.
    LinkExpired,
    /// The account is in use.
    AccountExists,
    /// Registration is off.
    Closed,
    /// The Console, the database or Redis is away.
    Unavailable,
    /// The rate limit.
    TooFast,
    /// An unknown address.
    NothingHere,
    /// An address that answers other methods.
    OtherMethod,
    /// A form on another site.
    OtherSite,
    /// A request that no page of ours makes.
    Unreadable,
    /// A fault of our own.
    Fault,
}

/// What a page of an error shows.
#[derive(Debug)]
pub struct View<'a> {
    /// What went wrong.
    pub problem: Problem,
    /// The sentence of the JSON body, shown where it says more than the problem alone.
    pub message: &'a str,
    /// The code of the JSON body.
    pub code: &'a str,
    /// To be named when asking for help.
    pub request_id: &'a str,
    /// When to try again, in seconds from now.
    pub wait: Option<u64>,
    /// The address at which to try again: an empty one is the page's own. None after a form.
    pub again: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    words: Words,
    view: &'a View<'a>,
}

impl View<'_> {
    /// The page.
    ///
    /// # Errors
    ///
    /// Where the template cannot be written.
    pub fn draw(&self) -> Result<String, askama::Error> {
        Page { words: words::of(self.problem), view: self }.render()
    }
}
