//! What an action can be done to, as the log names it.

/// A tester, by the id of their row.
pub const TESTER: &str = "beta_tester";
/// An operator, by their id.
pub const ADMIN: &str = "admin";
/// A flag, by its name.
pub const FLAG: &str = "feature_flag";
