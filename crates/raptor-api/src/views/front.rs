//! The front page.

use askama::Template;

/// Who is there, or how to sign in.
#[derive(Template)]
#[template(path = "front.html")]
pub struct Front {
    /// The address of whoever is signed in.
    pub signed_in: Option<String>,
}
