//! The audit log's chain, against a real Postgres.

mod additions;
mod book;
mod departure;
mod sealing;
mod tampering;
mod witnesses;

pub use book::Book;
