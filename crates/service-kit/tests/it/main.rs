//! The kit from the outside: against a real Postgres, and with passkeys.

#![expect(
    clippy::unwrap_used,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod decoy;
mod transaction;
