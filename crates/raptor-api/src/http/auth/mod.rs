//! `/api/auth/…`: the public API (section 2 of the contracts).

pub mod login;
pub mod logout;
pub mod register;
pub mod session;
pub mod sessions;
