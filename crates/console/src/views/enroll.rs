//! The page behind an enrolment link.

use askama::Template;

use super::layout::Layout;
use crate::db::enrolment::LiveLink;

/// Whose link it is, and one button.
#[derive(Template)]
#[template(path = "enroll.html")]
pub struct EnrollPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// The link.
    pub link: &'a LiveLink,
}
