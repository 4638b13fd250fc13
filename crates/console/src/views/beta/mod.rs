//! The pages of the testers.

pub mod ceremony;
pub mod child_rows;
pub mod detail;
pub mod ghost_reset_preview;
pub mod link;
pub mod list;
pub mod mail;
pub mod timeline;
