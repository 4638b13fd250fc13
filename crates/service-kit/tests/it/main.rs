//! The kit from the outside: against a real Postgres, and with passkeys.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod audit;
mod decoy;
mod outages;
mod passkey;
mod tls;
mod transaction;
mod unread;
