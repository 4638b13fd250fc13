//! The audit log's chain, against a real Postgres.

mod book;
mod sealing;
mod tampering;

pub use book::Book;
