//! Raptor from the outside: over HTTP, through the binary, and by what the database holds.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failure here is the test's failure"
)]

mod aside;
mod audit;
mod auth;
mod commands;
mod defences;
mod every_route;
mod generated;
mod health;
mod helpers;
mod housekeeping;
mod internal;
mod outages;
mod pages;
mod rate_limit;
mod schema;
mod settings;
mod smoke_account;
