//! Handlers: each extracts, calls one function that decides, and renders.

pub mod access;
pub mod admins;
pub mod api_docs;
pub mod assets;
pub mod audit;
pub mod beta;
pub mod ceremony;
pub mod enroll;
pub mod error;
pub mod flags;
pub mod gate;
pub mod home;
pub mod internal;
pub mod login;
pub mod logout;
pub mod overview;
pub mod rate_limit;
pub mod respond;
pub mod session;
pub mod sessions;
pub mod token_page;
pub mod webhooks;
