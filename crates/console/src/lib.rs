//! The operators' Console: testers, ghost resets, audit.
//!
//! `http` extracts and renders, `domain` decides, `db` asks Postgres; the same noun has the same
//! file name on every floor.

pub mod db;
pub mod domain;
pub mod fail_points;
pub mod gauges;
pub mod housekeeping;
pub mod http;
pub mod mail;
pub mod openapi;
pub mod raptor;
pub mod routes;
pub mod schema;
pub mod settings;
pub mod startup;
pub mod state;
pub mod views;
pub mod worker;
