//! The pages behind an enrolment link: alive, and dead.

use askama::Template;

use super::layout::Layout;
use crate::db::enrolment::LiveLink;
use crate::domain::enrolment::DeadLink;

/// Whose link it is, and one button.
#[derive(Template)]
#[template(path = "enroll.html")]
pub struct EnrollPage<'a> {
    /// What stands around it.
    pub layout: Layout,
    /// The link.
    pub link: &'a LiveLink,
}

/// Why a link does not work, and whom to ask.
#[derive(Template)]
#[template(path = "enroll_dead.html")]
pub struct DeadLinkPage {
    /// What stands around it.
    pub layout: Layout,
    /// Why.
    pub why: DeadLink,
}

impl DeadLinkPage {
    fn title(&self) -> &'static str {
        match self.why {
            DeadLink::Unknown => "This is no enrolment link of ours",
            DeadLink::Used => "This enrolment link was used",
            DeadLink::Revoked => "This enrolment link was taken back",
            DeadLink::Replaced => "This enrolment link was replaced",
            DeadLink::Expired => "This enrolment link has expired",
        }
    }

    fn story(&self) -> &'static str {
        match self.why {
            DeadLink::Unknown => {
                "Perhaps it was cut when it was copied. Open it again from the message that \
                 brought it, whole. If that does not help, ask the superadmin who invited you \
                 for a new one."
            }
            DeadLink::Used => {
                "A passkey was created with it, and it works only once. If that was you, sign in \
                 with that passkey. If it was not, tell a superadmin at once: they can remove it."
            }
            DeadLink::Revoked => {
                "Your access to the Console has ended. If you think that is a mistake, ask a \
                 superadmin to invite you again."
            }
            DeadLink::Replaced => {
                "A newer link was issued for you, and only the newest works. Look for it in your \
                 messages, or ask the superadmin who invited you for another one."
            }
            DeadLink::Expired => {
                "It worked for 24 hours. Ask the superadmin who invited you for a new one: that \
                 takes them a moment."
            }
        }
    }

    fn has_passkey(&self) -> bool {
        self.why == DeadLink::Used
    }
}
