//! A Raptor of its own for each test, and who asks it.

mod app;
mod client;
mod console;
mod database;
mod stores;
mod tokens;

pub use app::{Options, ORIGIN, TestApp, variables};
pub use client::{Ask, Reply};
pub use console::Invitation;
pub use stores::on_both_stores;
pub use tokens::{BOOTSTRAP_KEY, BootstrapPayload, INTERNAL_SECRET};
