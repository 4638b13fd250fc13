//! Pages, one file each with its template. They hold text and no rules.

pub mod error;
pub mod front;
pub mod signup;
pub mod walkthrough;
