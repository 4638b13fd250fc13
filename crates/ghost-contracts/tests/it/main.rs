//! The contracts, as sentences.

mod base64url;
mod console;
mod credential;
mod email;
mod error;
mod name;
mod raptor;
mod redaction;
mod service_token;
mod signup;
mod state;
mod timestamp;
mod wire;
