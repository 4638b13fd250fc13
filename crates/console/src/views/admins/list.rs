//! The list of operators.

use askama::Template;

use crate::domain::admin_file::AdminFile;
use crate::domain::permission::{Permission, Role};
use crate::views::layout::Layout;

/// The list, and the form that invites.
#[derive(Template)]
#[template(path = "admins/list.html")]
pub struct AdminsPage {
    layout: Layout,
    files: Vec<AdminFile>,
    roles: [Role; 3],
    may_write: bool,
    who_may: &'static str,
}

impl AdminsPage {
    /// The page for whoever is signed in.
    #[must_use]
    pub fn new(layout: Layout, files: Vec<AdminFile>) -> Self {
        let permission = Permission::AdminsWrite;
        // The mildest first: it is what somebody gets for whom nobody chose.
        let mut roles = Role::ALL;
        roles.reverse();
        Self {
            may_write: layout.may(permission),
            who_may: permission.who_may(),
            roles,
            layout,
            files,
        }
    }

    fn is_self(&self, file: &AdminFile) -> bool {
        self.layout.operator.as_ref().is_some_and(|operator| operator.id == file.admin.id)
    }
}
