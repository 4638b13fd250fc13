//! The audit log's chain, against a real Postgres.

mod book;
mod sealing;

pub use book::{Book, LOG};
