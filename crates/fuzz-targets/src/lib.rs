//! What the fuzzer feeds: every parser of bytes that come from outside, one function each, with
//! what must hold of its answer whatever the bytes are.
//!
//! A target takes any bytes and returns; it panics where a promise is broken. The fuzzer in
//! `fuzz/` looks for bytes that make one panic, recurse without end or allocate without bound,
//! and an ordinary test feeds what it kept in `fuzz/corpus`.
//!
//! Where a signature would stop the fuzzer at the door, the target signs the bytes itself: what
//! lies behind the signature is parsed, too.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is how a target says that a promise is broken"
)]

mod address;
mod body;
mod ceremony;
mod header;
mod passkey;
mod query;
pub mod seed;
mod text;
mod token;
mod webhook;

/// A parser and what must hold of its answer.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name on the command line, and of the corpus' directory.
    pub name: &'static str,
    /// Feeds it. It panics where a promise is broken.
    pub feed: fn(&[u8]),
    /// The longest input that makes sense, in bytes: a little more than what the parser looks at.
    pub longest: usize,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "service_token", feed: token::service, longest: 2200 },
    Target { name: "bootstrap_token", feed: token::bootstrap, longest: 2200 },
    Target { name: "walkthrough_token", feed: token::walkthrough, longest: 2200 },
    Target { name: "client_data", feed: passkey::client_data, longest: 2048 },
    Target { name: "authenticator_data", feed: passkey::authenticator_data, longest: 2048 },
    Target { name: "attestation_object", feed: passkey::attestation_object, longest: 2048 },
    Target { name: "registration", feed: ceremony::registration, longest: 2048 },
    Target { name: "sign_in", feed: ceremony::sign_in, longest: 1024 },
    Target { name: "body", feed: body::every_request, longest: 4096 },
    Target { name: "text", feed: text::every_value, longest: 1024 },
    Target { name: "address", feed: address::every_setting, longest: 512 },
    Target { name: "header", feed: header::every_header, longest: 1200 },
    Target { name: "query", feed: query::every_parameter, longest: 1024 },
    Target { name: "webhook", feed: webhook::report, longest: 4096 },
];

/// The target of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The two halves of an input at its first line feed; the second is empty where there is none.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
