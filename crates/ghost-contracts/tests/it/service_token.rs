//! The service token.

mod accepted;
mod claims;
mod flips;
mod forge;
mod form;
mod keys;
mod times;
