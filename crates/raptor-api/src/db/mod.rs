//! Queries, one noun a file. Each takes a connection and leaves transactions to whoever calls.

pub mod account_reset;
pub mod aside;
pub mod audit;
pub mod bootstrap_token;
pub mod child;
pub mod credential;
pub mod ghost;
pub mod session;
pub mod signup_attempt;
pub mod smoke_account;
pub mod snapshot;
pub mod user;
