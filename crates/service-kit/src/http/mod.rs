//! What every route of both services has in common.

pub mod accept;
pub mod body;
pub mod client_address;
pub mod errors;
pub mod head;
pub mod headers;
pub(crate) mod label;
pub mod origin;
pub mod overload;
pub mod rate_limit;
pub mod request_id;
pub mod resource;
pub mod trace;
pub mod unread;
pub mod user_agent;
