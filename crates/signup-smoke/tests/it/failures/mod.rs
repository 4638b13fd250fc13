//! The runbook's table "Interpreting failures", row by row.

mod begin;
mod confirm;
mod connection;
mod mint;
mod verify;
