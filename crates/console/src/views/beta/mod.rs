//! The pages of the testers.

pub mod badge;
pub mod detail;
pub mod link;
pub mod list;
pub mod mail;
