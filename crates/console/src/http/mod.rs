//! Handlers: each extracts, calls one function that decides, and renders.

pub mod access;
pub mod assets;
pub mod gate;
pub mod home;
pub mod respond;
