//! The contracts, as sentences.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod base64url;
mod commands;
mod console;
mod credential;
mod email;
mod error;
mod name;
mod preview;
mod raptor;
mod redaction;
mod report;
mod service_token;
mod signup;
mod state;
mod timeline;
mod timestamp;
mod wire;
