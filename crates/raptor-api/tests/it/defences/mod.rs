//! What keeps strangers from doing harm.

mod headers;
mod redirects;
mod sameness;
mod sessions;
