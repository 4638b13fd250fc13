//! Queries. Each takes a connection; a transaction is opened by whoever needs several to hold
//! together, and never spans a call to another service.

pub mod account_state;
pub mod admin;
pub mod admin_file;
pub mod audit;
pub mod audit_partition;
pub mod enrolment;
pub mod figures;
pub mod flag;
pub mod ghost_reset;
pub mod interrupted_reset;
pub mod invitation;
pub mod live_invitation;
pub mod mail;
pub mod mail_event;
pub mod nda;
pub mod outbox;
pub mod passkey;
pub mod retention;
pub mod roster;
pub mod session;
pub mod tester;
pub mod time;
pub mod totals;
pub mod walkthrough;
pub mod walkthrough_token;

pub use service_kit::db::transaction;
