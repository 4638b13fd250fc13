//! Value types and rules. Nothing in here knows the web framework or SQL.

pub mod actor;
pub mod admin;
pub mod admin_file;
pub mod audit;
pub mod ceremony;
pub mod enrolment;
pub mod figures;
pub mod flag;
pub mod ghost;
pub mod ghost_reset;
pub mod ghost_reset_preview;
pub mod invitation;
pub mod mail;
pub mod mail_detail;
pub mod mail_event;
pub mod operator;
pub mod order;
pub mod overview;
pub mod paging;
pub mod permission;
pub mod roster;
pub mod sign_in;
pub mod tester;
pub mod tester_file;
pub mod timeline;
pub mod walkthrough_token;
