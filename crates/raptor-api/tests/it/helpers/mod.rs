//! A Raptor of its own for each test, and who asks it.

mod app;
mod client;
mod console;
mod database;
mod stores;
mod tokens;

pub use app::{ORIGIN, Options, TestApp, migrated_database, variables};
pub use client::{Ask, Reply};
pub(crate) use stores::on_both_stores;
pub use tokens::{BOOTSTRAP_KEY, BootstrapPayload, INTERNAL_SECRET};
