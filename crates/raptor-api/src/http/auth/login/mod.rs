//! Signing in.

pub mod begin;
pub mod verify;
