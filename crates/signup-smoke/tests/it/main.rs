//! The smoke from the outside, against a real `raptor-api` that is broken for real.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure here is the test's failure"
)]

mod drill;
mod failures;
mod helpers;
mod interrupted;
mod killed;
mod passes;
mod refusals;
mod teardown;
mod terminal;
