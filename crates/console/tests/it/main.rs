//! The Console from the outside: over HTTP, through the binary, and by what the database holds.

mod access;
mod admins;
mod assets;
mod audit;
mod beta;
mod commands;
mod enroll;
mod flags;
mod ghost_reset;
mod health;
mod helpers;
mod internal;
mod login;
mod schema;
mod session;
mod settings;
