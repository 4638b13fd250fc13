//! What pages are made of. One module an area, as in `templates/`.

pub mod admins;
pub mod api_docs;
pub mod audit;
pub mod badge;
pub mod beta;
pub mod enroll;
pub mod error;
pub mod flags;
pub mod flash;
pub mod layout;
pub mod login;
pub mod number;
pub mod overview;
pub mod paths;
pub mod sessions;
pub mod time;
