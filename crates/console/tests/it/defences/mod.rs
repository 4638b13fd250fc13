//! What keeps strangers, and text that strangers wrote, from doing harm.

mod cookies;
mod head;
mod headers;
mod names;
mod rate_limit;
mod redirects;
mod sameness;
mod sessions;
