//! Signing up.

pub mod begin;
pub mod verify;
