//! The fail points of this service (see [`service_kit::fail_point`]). A test compares this list
//! with the code and fails, and kills, the service at each of them.

/// Where the Console asks about an account and has it deleted (section 5 of the contracts), in the
/// order in which a reset passes them.
pub const GHOST_RESET: [&str; 8] = [
    "ghost_check.before",
    "ghost_check.answering",
    "ghost_delete.before",
    "ghost_delete.locked",
    "ghost_delete.judged",
    "ghost_delete.audited",
    "ghost_delete.uncommitted",
    "ghost_delete.committed",
];

/// On a tester's way in: the acceptance of an invitation, then the end of the passkey ceremony
/// (section 2 of the contracts).
pub const WAY_IN: [&str; 6] = [
    "walkthrough.consume.asking",
    "walkthrough.consume.answered",
    "walkthrough.minted",
    "signup.verify.taken",
    "signup.verify.uncommitted",
    "signup.verify.committed",
];
