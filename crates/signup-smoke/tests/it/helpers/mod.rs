//! A deployment of its own for each test, and the smoke that is run against it.

mod database;
mod deployment;
mod place;
mod programs;
mod runner;
mod smoke;
mod text;

pub use deployment::{BEGIN, Deployment, VERIFY};
pub use place::Place;
pub use runner::Command;
pub use smoke::{Ended, Smoke};
pub use text::assert_like;
