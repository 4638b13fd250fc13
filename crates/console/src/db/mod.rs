//! Queries. Each takes a connection; a transaction is opened by whoever needs several to hold
//! together, and never spans a call to another service.

pub mod audit;
pub mod flag;
pub mod session;
