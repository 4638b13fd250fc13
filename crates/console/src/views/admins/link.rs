//! An enrolment link, shown once.

use askama::Template;

use crate::domain::admin::Admin;
use crate::views::layout::Layout;

/// A link that is shown once.
#[derive(Template)]
#[template(path = "admins/link.html")]
pub struct LinkPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// Whose link it is.
    pub admin: &'a Admin,
    /// The link.
    pub url: &'a str,
}
