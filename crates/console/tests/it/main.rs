//! The Console from the outside: over HTTP, through the binary, and by what the database holds.

mod enroll;
mod flags;
mod helpers;
mod login;
mod session;
