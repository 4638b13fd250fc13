//! The pages of the operators.

use askama::Template;

use super::layout::Layout;
use crate::domain::admin::Admin;
use crate::domain::permission::{Permission, Role};

/// The list, with what can be done to each.
#[derive(Template)]
#[template(path = "admins.html")]
pub struct AdminsPage {
    layout: Layout,
    admins: Vec<Admin>,
    roles: &'static [Role],
    may_write: bool,
    who_may: &'static str,
}

/// A link that is shown once.
#[derive(Template)]
#[template(path = "enrolment_link.html")]
pub struct LinkPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// Whose link it is.
    pub admin: &'a Admin,
    /// The link.
    pub url: &'a str,
}

impl AdminsPage {
    /// The page for whoever is signed in.
    #[must_use]
    pub fn new(layout: Layout, admins: Vec<Admin>) -> Self {
        let permission = Permission::AdminsWrite;
        Self {
            may_write: layout.may(permission),
            who_may: permission.who_may(),
            roles: &Role::ALL,
            layout,
            admins,
        }
    }

    fn is_self(&self, admin: &Admin) -> bool {
        self.layout.operator.as_ref().is_some_and(|operator| operator.id == admin.id)
    }
}
