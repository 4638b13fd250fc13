//! What answers requests, one file an address: take the request apart, call one function of the
//! domain, give the answer its form.

pub mod assets;
pub mod auth;
pub mod error;
pub mod error_page;
pub mod flag;
pub mod front;
pub mod internal;
pub mod own_cookie;
pub mod signup;
pub mod token_page;
pub mod walkthrough;
