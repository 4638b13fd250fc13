//! The page of the passkey ceremony.

use askama::Template;

/// One button, and what the script shows around it.
#[derive(Template)]
#[template(path = "signup.html")]
pub struct Signup<'a> {
    /// Whose account.
    pub email: &'a str,
    /// The bootstrap token.
    pub token: &'a str,
}
