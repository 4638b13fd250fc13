//! Value types and rules. Nothing in here knows the web framework or SQL.

pub mod actor;
pub mod flag;
pub mod ghost;
pub mod invitation;
pub mod mail;
pub mod operator;
pub mod permission;
pub mod tester;
pub mod walkthrough_token;
