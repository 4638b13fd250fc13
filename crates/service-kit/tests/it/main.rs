//! The kit against a real Postgres.

mod transaction;
