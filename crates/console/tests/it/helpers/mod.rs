//! A Console of its own for each test, and who asks it.

mod app;
pub mod binary;
mod client;
mod database;
mod operator;
mod preview;
mod raptor;
mod system;
mod testers;

pub use app::{
    CONSOLE_SECRET, INTERNAL_SECRET, ORIGIN, RAPTOR_ORIGIN, TestApp, migrated_database, variables,
};
pub use client::{Ask, Client, Reply};
pub use operator::{Operator, token_of};
pub use preview::{PLAN, plan_changed, preview_of};
pub use raptor::{BOOTSTRAP_SECRET, TestRaptor, token_of_link, variables as raptor_variables};
pub use system::{System, variables as system_variables};
pub use testers::{CONSUME, VERIFY, consume_body, token_of_row, token_signed_with};
