//! `/console/login`: signing in with a passkey.

pub mod begin;
pub mod finish;
pub mod next;
pub mod page;
