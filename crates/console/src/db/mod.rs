//! Queries. Each takes a connection; a transaction is opened by whoever needs several to hold
//! together, and never spans a call to another service.

pub mod account_state;
pub mod audit;
pub mod flag;
pub mod mail;
pub mod nda;
pub mod session;
pub mod tester;
pub mod time;
pub mod walkthrough_token;
