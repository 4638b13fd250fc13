//! The kit against a real Postgres.

#![expect(
    clippy::unwrap_used,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod passkey;
mod transaction;
