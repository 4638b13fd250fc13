//! Headless Chromium, driven over the DevTools protocol.
//!
//! The protocol goes over a pipe, so there is no port, no WebSocket and nothing to compile but
//! these files; and the browser cannot outlive the process that holds the pipe.

mod act;
mod authenticator;
mod browser;
mod connection;
mod elements;
mod guise;
mod keys;
mod picture;
mod process;
mod state;
mod tab;
mod watch;
mod window;

pub use authenticator::Authenticator;
pub use connection::CommandError;
pub use elements::{Element, Focus};
pub use keys::Key;
pub use tab::Tab;
pub use window::{Scheme, Window};
