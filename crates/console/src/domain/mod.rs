//! Value types and rules. Nothing in here knows the web framework or SQL.

pub mod actor;
pub mod flag;
pub mod operator;
pub mod permission;
