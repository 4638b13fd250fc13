//! Signing up.

pub mod begin;
pub mod report;
pub mod verify;
