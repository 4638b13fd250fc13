//! Each secret changed while people use both services, step by step as in
//! `docs/runbooks/rotate-keys.md`. At every step two processes of a service run side by side, the
//! old one and the new, and nobody's request may fail.

mod audit_key;
mod bootstrap_key;
mod console_key;
mod database;
mod fleet;
mod instance;
mod internal_token;
mod metrics_token;
mod postmark_token;
mod redis_url;
mod stream;
mod webhook_secret;

use fleet::Fleet;
use stream::Stream;
