//! The fail points of this service (see [`service_kit::fail_point`]). A test compares this list
//! with the code and fails, and kills, the service at each of them.

/// On the way of a ghost reset (section 8 of the contracts), in the order in which it passes them.
/// The two of `failed` are passed where Raptor does not delete.
pub const GHOST_RESET: [&str; 22] = [
    "ghost_reset.check.asking",
    "ghost_reset.check.answered",
    "ghost_reset.initiated.before",
    "ghost_reset.initiated.uncommitted",
    "ghost_reset.initiated.committed",
    "ghost_reset.delete.asking",
    "ghost_reset.delete.answered",
    "ghost_reset.failed.before",
    "ghost_reset.failed.committed",
    "ghost_reset.deleted.before",
    "ghost_reset.deleted.noted",
    "ghost_reset.token.before",
    "ghost_reset.token.uncommitted",
    "ghost_reset.token.committed",
    "mail.attempt.before",
    "mail.attempt.accepted",
    "mail.attempt.noted",
    "ghost_reset.mail_attempted.before",
    "ghost_reset.mail_attempted.noted",
    "ghost_reset.completed.before",
    "ghost_reset.completed.uncommitted",
    "ghost_reset.completed.committed",
];

/// Where Raptor has an invitation spent (section 6 of the contracts).
pub const WAY_IN: [&str; 2] = ["walkthrough.consume.uncommitted", "walkthrough.consume.committed"];
