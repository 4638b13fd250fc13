//! The pages of the operators.

pub mod detail;
pub mod link;
pub mod list;
pub mod standing;
