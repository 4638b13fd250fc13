//! The kit against a real Postgres.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod audit;
mod outages;
mod transaction;
mod unread;
