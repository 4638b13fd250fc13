//! What an action can be done to, as the log names it.

/// A tester, by the id of their row.
pub const TESTER: &str = "beta_tester";
/// An operator, by their id.
pub const ADMIN: &str = "admin";
/// A flag, by its name.
pub const FLAG: &str = "feature_flag";
/// A month of the audit log, as in `2024-10`.
pub const AUDIT_MONTH: &str = "audit_month";
/// What the retention policy removes, by the first day that is kept, as in `2024-11-01`.
pub const RETENTION: &str = "retention";
