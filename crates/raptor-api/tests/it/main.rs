//! Raptor from the outside: over HTTP, through the binary, and by what the database holds.

mod auth;
mod commands;
mod health;
mod helpers;
mod housekeeping;
mod internal;
mod pages;
mod rate_limit;
mod schema;
mod settings;
