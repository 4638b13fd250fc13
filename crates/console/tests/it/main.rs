//! The Console from the outside: over HTTP, through the binary, and by what the database holds.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod access;
mod admins;
mod api_docs;
mod assets;
mod audit;
mod audit_page;
mod audit_seals;
mod beta;
mod commands;
mod defences;
mod deployment;
mod enroll;
mod error_pages;
mod every_route;
#[cfg(debug_assertions)]
mod fail_points;
mod flags;
mod generated;
mod ghost_reset;
mod health;
mod helpers;
mod internal;
mod login;
mod mail;
mod observability;
mod outages;
mod overview;
mod parsers;
mod retention;
mod rotation;
mod schema;
mod session;
mod settings;
mod waiting;
mod webhooks;
mod whole_way;
