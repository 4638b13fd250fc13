//! The sign-in page.

use askama::Template;

use super::layout::Layout;

/// One button; the rest is the browser's.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// What stands around it.
    pub layout: Layout,
}
