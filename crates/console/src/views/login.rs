//! The sign-in page.

use askama::Template;

use super::layout::Layout;

/// One button; the rest is the browser's.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// The page of ours that was asked for without a session.
    pub next: Option<&'a str>,
}
