//! `/console/audit`: who did what to whom.

pub mod csv;
pub mod list;
