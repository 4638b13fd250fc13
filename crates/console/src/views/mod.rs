//! What pages are made of. One module an area, as in `templates/`.

pub mod error;
pub mod flash;
pub mod layout;
pub mod time;
