//! The names under which the log keeps what was done. What is written here once is
//! read by pages, filters and programs for ever.

/// A tester was invited.
pub const TESTER_INVITED: &str = "console.beta.tester.invited";
/// An invitation was sent again, perhaps with a new link.
pub const INVITATION_RESENT: &str = "console.beta.invitation.resent";
/// A superadmin was shown an invitation's link.
pub const LINK_REVEALED: &str = "console.beta.invitation_link.revealed";
/// A tester accepted the NDA, which used their invitation.
pub const WALKTHROUGH_CONSUMED: &str = "console.beta.walkthrough.consumed";
/// Step 5 of a ghost reset.
pub const RESET_INITIATED: &str = "console.beta.ghost_reset.initiated";
/// Step 9 of a ghost reset.
pub const RESET_COMPLETED: &str = "console.beta.ghost_reset.completed";
/// Raptor did not delete: the end of a ghost reset in step 6.
pub const RESET_FAILED: &str = "console.beta.ghost_reset.failed";
/// A flag was switched.
pub const FLAG_CHANGED: &str = "console.flag.changed";
/// An operator was invited, or given a new enrolment link.
pub const ADMIN_INVITED: &str = "console.admin.invited";
/// An operator created their first passkey.
pub const ADMIN_ENROLLED: &str = "console.admin.enrolled";
/// An operator signed in.
pub const ADMIN_SIGNED_IN: &str = "console.admin.signed_in";
/// An operator signed out.
pub const ADMIN_SIGNED_OUT: &str = "console.admin.signed_out";
/// An operator got another role.
pub const ROLE_CHANGED: &str = "console.admin.role_changed";
/// An operator's passkeys were removed.
pub const PASSKEYS_RESET: &str = "console.admin.passkeys_reset";
/// An operator was shut out.
pub const ADMIN_REVOKED: &str = "console.admin.revoked";
/// A month of this log was removed. The database's function writes it.
pub const MONTH_REMOVED: &str = "console.audit.month_removed";
/// Rows of other tables were removed that had outlived their purpose.
pub const EXPIRED_REMOVED: &str = "console.retention.expired_removed";

/// An operator ended sessions of their own, in other browsers or in this one.
pub const SESSIONS_ENDED: &str = "console.admin.sessions_ended";
/// An operator was signed out everywhere.
pub const SIGNED_OUT_EVERYWHERE: &str = "console.admin.signed_out_everywhere";

/// Every action that this version writes.
pub const ALL: [&str; 19] = [
    TESTER_INVITED,
    INVITATION_RESENT,
    LINK_REVEALED,
    WALKTHROUGH_CONSUMED,
    RESET_INITIATED,
    RESET_COMPLETED,
    RESET_FAILED,
    FLAG_CHANGED,
    ADMIN_INVITED,
    ADMIN_ENROLLED,
    ADMIN_SIGNED_IN,
    ADMIN_SIGNED_OUT,
    ROLE_CHANGED,
    PASSKEYS_RESET,
    ADMIN_REVOKED,
    MONTH_REMOVED,
    EXPIRED_REMOVED,
    SESSIONS_ENDED,
    SIGNED_OUT_EVERYWHERE,
];
