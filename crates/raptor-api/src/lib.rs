//! Raptor: accounts, passkey signup and ghost detection.
//!
//! A tester comes with an invitation of the Console (`/walkthrough`), gets a bootstrap token for
//! it and creates a passkey with that (`/signup`). The Console asks about accounts and has
//! ghosts deleted (`/api/internal`). "Section N" in these pages is section N of the contracts.
//!
//! [`routes`] is the table of all addresses; [`startup::Application`] the one way to start.
//! What is called in which direction: [`http`] → [`domain`] → [`db`], never back.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub mod ceremonies;
pub mod commands;
pub mod db;
pub mod domain;
pub mod error;
pub mod fail_points;
pub mod housekeeping;
pub mod http;
pub mod openapi;
pub mod routes;
pub mod schema;
pub mod settings;
pub mod startup;
pub mod state;
pub mod views;

/// The schema, as the binary carries it.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations-raptor");
