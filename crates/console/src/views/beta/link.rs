//! An invitation's link, shown once.

use askama::Template;

use crate::domain::tester::Tester;
use crate::views::layout::Layout;

/// The page of a link. No cache keeps it.
#[derive(Template)]
#[template(path = "beta/link.html")]
pub struct LinkPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// Whose link it is.
    pub tester: &'a Tester,
    /// The link.
    pub url: &'a str,
}
